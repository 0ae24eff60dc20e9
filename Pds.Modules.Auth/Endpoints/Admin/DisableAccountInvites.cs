using AtProto;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Pds.Modules.Auth.Storage;
using Pds.Xrpc;

namespace Pds.Modules.Auth.Endpoints.Admin;

/// <summary>Gives an account no more invite codes of its own; those that it has stay good.</summary>
internal static class DisableAccountInvites
{
    public static void Map(IEndpointRouteBuilder xrpc) => xrpc
        .MapProcedure("com.atproto.admin.disableAccountInvites", HandleAsync)
        .RequireAuthorization(Access.Moderation);

    internal sealed record Input(Did Account, string? Note);

    private static Task HandleAsync(Input input, InviteStore invites, CancellationToken cancellationToken) =>
        invites.SetAccountAsync(input.Account, isDisabled: true, input.Note, cancellationToken);
}
