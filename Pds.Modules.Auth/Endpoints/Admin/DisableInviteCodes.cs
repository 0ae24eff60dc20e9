using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Pds.Modules.Auth.Invites;
using Pds.Modules.Auth.Storage;
using Pds.Xrpc;

namespace Pds.Modules.Auth.Endpoints.Admin;

/// <summary>Lets invite codes be used no more: single ones, and all of an account.</summary>
internal static class DisableInviteCodes
{
    public static void Map(IEndpointRouteBuilder xrpc) => xrpc
        .MapProcedure("com.atproto.admin.disableInviteCodes", HandleAsync)
        .RequireAuthorization(Access.Moderation);

    internal sealed record Input(string[]? Codes, string[]? Accounts);

    private static Task HandleAsync(Input input, InviteStore invites, CancellationToken cancellationToken) =>
        input.Accounts?.Contains(Invite.Admin) == true
            ? throw XrpcErrors.InvalidRequest("cannot disable admin invite codes")
            : invites.DisableAsync(input.Codes ?? [], input.Accounts ?? [], cancellationToken);
}
