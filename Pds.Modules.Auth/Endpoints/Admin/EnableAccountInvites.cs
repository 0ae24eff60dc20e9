using AtProto;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Pds.Modules.Auth.Storage;
using Pds.Xrpc;

namespace Pds.Modules.Auth.Endpoints.Admin;

/// <summary>Lets an account earn invite codes again.</summary>
internal static class EnableAccountInvites
{
    public static void Map(IEndpointRouteBuilder xrpc) => xrpc
        .MapProcedure("com.atproto.admin.enableAccountInvites", HandleAsync)
        .RequireAuthorization(Access.Moderation);

    internal sealed record Input(Did Account, string? Note);

    private static Task HandleAsync(Input input, InviteStore invites, CancellationToken cancellationToken) =>
        invites.SetAccountAsync(input.Account, isDisabled: false, input.Note, cancellationToken);
}
