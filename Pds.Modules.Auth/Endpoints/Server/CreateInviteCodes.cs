using AtProto;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Pds.Modules.Auth.Invites;
using Pds.Modules.Auth.Storage;
using Pds.Xrpc;

namespace Pds.Modules.Auth.Endpoints.Server;

/// <summary>Makes invite codes, for the administrator or for accounts.</summary>
internal static class CreateInviteCodes
{
    private const int MaxCodes = 10_000;

    public static void Map(IEndpointRouteBuilder xrpc) => xrpc
        .MapProcedure("com.atproto.server.createInviteCodes", HandleAsync)
        .RequireAuthorization(Access.Admin);

    internal sealed record Input(int UseCount, int CodeCount = 1, Did[]? ForAccounts = null);

    internal sealed record Output(AccountCodes[] Codes);

    internal sealed record AccountCodes(string Account, string[] Codes);

    private static async Task<Output> HandleAsync(
        Input input, InviteStore invites, ServiceOptions service, CancellationToken cancellationToken)
    {
        string[] owners = input.ForAccounts is { } accounts
            ? [.. accounts.Select(did => did.Value)]
            : [Invite.Admin];
        if (input.CodeCount < 0 || (long)input.CodeCount * owners.Length > MaxCodes)
        {
            throw XrpcErrors.InvalidRequest($"Between 0 and {MaxCodes} codes can be made at once");
        }

        var made = Array.ConvertAll(owners, owner => new AccountCodes(
            owner, [.. Enumerable.Range(0, input.CodeCount).Select(_ => InviteCode.Create(service.Hostname))]));
        await invites.AddAsync(
            [.. made.SelectMany(account => account.Codes)],
            [.. made.SelectMany(account => account.Codes.Select(_ => account.Account))],
            input.UseCount,
            cancellationToken);
        return new Output(made);
    }
}
