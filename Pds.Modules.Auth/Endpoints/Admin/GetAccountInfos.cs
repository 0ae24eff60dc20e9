using AtProto;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Pds.Modules.Auth.Storage;
using Pds.Xrpc;
using Wolverine;

namespace Pds.Modules.Auth.Endpoints.Admin;

/// <summary>Tells what is known of several accounts; those that are not here are left out.</summary>
internal static class GetAccountInfos
{
    private const int MaxAccounts = 100;

    public static void Map(IEndpointRouteBuilder xrpc) => xrpc
        .MapQuery("com.atproto.admin.getAccountInfos", HandleAsync)
        .RequireAuthorization(Access.Moderation);

    internal sealed record Output(List<AccountView> Infos);

    private static async Task<Output> HandleAsync(
        Did[] dids, AdministrationStore accounts, InviteStore invites, IMessageBus bus, CancellationToken cancellationToken)
    {
        if (dids.Length > MaxAccounts)
        {
            throw XrpcErrors.InvalidRequest($"At most {MaxAccounts} accounts can be asked for at once");
        }

        var infos = new List<AccountView>();
        foreach (var account in await accounts.FindAsync(Array.ConvertAll(dids, did => did.Value), cancellationToken))
        {
            infos.Add(await AccountView.OfAsync(account, invites, bus, cancellationToken));
        }

        return new Output(infos);
    }
}
