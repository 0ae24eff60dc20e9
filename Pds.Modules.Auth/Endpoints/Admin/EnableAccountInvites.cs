using AtProto;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Pds.Contracts.Auth;
using Pds.Modules.Auth.Invites;
using Pds.Modules.Auth.Storage;
using Pds.Xrpc;

namespace Pds.Modules.Auth.Endpoints.Admin;

/// <summary>Lets an account earn invite codes again.</summary>
internal static class EnableAccountInvites
{
    private const string Method = "com.atproto.admin.enableAccountInvites";

    public static void Map(IEndpointRouteBuilder xrpc) => xrpc
        .MapProcedure(Method, HandleAsync)
        .RequireAuthorization(Access.Moderation);

    internal sealed record Input(Did Account, string? Note);

    private static async Task HandleAsync(
        Input input, Caller caller, InviteCodes invites, AuditStore audit, HttpContext http, CancellationToken cancellationToken)
    {
        await invites.SetAccountAsync(new SetAccountInvites(input.Account, IsDisabled: false, input.Note), cancellationToken);
        await audit.AddAsync(Audit.Note(caller, http, Method, input.Account.Value, input.Note), CancellationToken.None);
    }
}
