using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Pds.Modules.Auth.Storage;
using Pds.Xrpc;
using Wolverine;

namespace Pds.Modules.Auth.Endpoints.Admin;

/// <summary>Lists accounts, all or those whose address contains a text.</summary>
internal static class SearchAccounts
{
    public static void Map(IEndpointRouteBuilder xrpc) => xrpc
        .MapQuery("com.atproto.admin.searchAccounts", HandleAsync)
        .RequireAuthorization(Access.Moderation);

    internal sealed record Output(string? Cursor, List<AccountView> Accounts);

    private static async Task<Output> HandleAsync(
        AdministrationStore store, InviteStore invites, IMessageBus bus, CancellationToken cancellationToken,
        string? email = null, string? cursor = null, [Range(1, 100)] int limit = 50)
    {
        var page = await store.SearchAsync(
            string.IsNullOrWhiteSpace(email) ? null : email.Trim().ToLowerInvariant(), cursor, limit, cancellationToken);
        var accounts = new List<AccountView>(page.Count);
        foreach (var account in page)
        {
            accounts.Add(await AccountView.OfAsync(account, invites, bus, cancellationToken));
        }

        return new Output(page.Count < limit ? null : page[^1].Did.Value, accounts);
    }
}
