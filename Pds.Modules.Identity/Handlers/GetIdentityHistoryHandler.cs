using Pds.Contracts.Identity;
using Pds.Contracts.Repo;
using Pds.Modules.Identity.Plc;
using Pds.Xrpc;
using Wolverine;

namespace Pds.Modules.Identity.Handlers;

public static class GetIdentityHistoryHandler
{
    public static async Task<IdentityHistory> HandleAsync(
        GetIdentityHistory query, IdentityHistories histories, IMessageBus bus, CancellationToken cancellationToken)
    {
        var key = await bus.InvokeAsync<RepositorySigningKey?>(new GetSigningKey(query.Did), cancellationToken)
            ?? throw XrpcErrors.AccountNotFound();
        return await histories.ReadAsync(query.Did, key.DidKey, cancellationToken);
    }
}
