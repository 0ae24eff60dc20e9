using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Pds.Modules.Auth.Invites;
using Pds.Modules.Auth.Storage;
using Pds.Xrpc;

namespace Pds.Modules.Auth.Endpoints.Admin;

/// <summary>Lets invite codes be used no more: single ones, and all of an account.</summary>
internal static class DisableInviteCodes
{
    private const string Method = "com.atproto.admin.disableInviteCodes";

    public static void Map(IEndpointRouteBuilder xrpc) => xrpc
        .MapProcedure(Method, HandleAsync)
        .RequireAuthorization(Access.Moderation);

    internal sealed record Input(string[]? Codes, string[]? Accounts);

    private static async Task HandleAsync(
        Input input, Caller caller, InviteCodes invites, AuditStore audit, HttpContext http, CancellationToken cancellationToken)
    {
        var (codes, accounts) = (input.Codes ?? [], input.Accounts ?? []);
        await invites.DisableAsync(codes, accounts, cancellationToken);
        foreach (var subject in codes.Concat(accounts))
        {
            await audit.AddAsync(Audit.Note(caller, http, Method, subject, null), CancellationToken.None);
        }
    }
}
