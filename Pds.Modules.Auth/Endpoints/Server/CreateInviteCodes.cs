using AtProto;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Pds.Modules.Auth.Endpoints.Admin;
using Pds.Modules.Auth.Invites;
using Pds.Modules.Auth.Storage;
using Pds.Xrpc;

namespace Pds.Modules.Auth.Endpoints.Server;

/// <summary>Makes invite codes, for the administrator or for accounts.</summary>
internal static class CreateInviteCodes
{
    private const string Method = "com.atproto.server.createInviteCodes";

    public static void Map(IEndpointRouteBuilder xrpc) => xrpc
        .MapProcedure(Method, HandleAsync)
        .RequireAuthorization(Access.Admin);

    internal sealed record Input(int UseCount, int CodeCount = 1, Did[]? ForAccounts = null);

    internal sealed record Output(AccountCodes[] Codes);

    internal sealed record AccountCodes(string Account, string[] Codes);

    private static async Task<Output> HandleAsync(
        Input input, Caller caller, InviteCodes invites, AuditStore audit, HttpContext http, CancellationToken cancellationToken)
    {
        string[] owners = input.ForAccounts is { } accounts
            ? [.. accounts.Select(did => did.Value)]
            : [Invite.Admin];
        var made = await invites.CreateAsync(input.CodeCount, input.UseCount, owners, cancellationToken);
        foreach (var (owner, codes) in made)
        {
            var detail = $"{codes.Length} codes for {input.UseCount} uses each";
            await audit.AddAsync(Audit.Note(caller, http, Method, owner, detail), CancellationToken.None);
        }

        return new Output(Array.ConvertAll(made, owner => new AccountCodes(owner.Owner, owner.Codes)));
    }
}
