using AtProto;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Pds.Contracts.Identity;
using Pds.Contracts.Repo;
using Pds.Modules.Auth.Storage;
using Pds.Xrpc;
using Wolverine;

namespace Pds.Modules.Auth.Endpoints.Server;

/// <summary>Tells how far an account's move has come.</summary>
internal static class CheckAccountStatus
{
    public static void Map(IEndpointRouteBuilder xrpc) => xrpc
        .MapQuery("com.atproto.server.checkAccountStatus", HandleAsync)
        .RequireAuthorization(Access.Account);

    internal sealed record Output(
        bool Activated,
        bool ValidDid,
        Cid RepoCommit,
        Tid RepoRev,
        long RepoBlocks,
        long IndexedRecords,
        long PrivateStateValues,
        long ExpectedBlobs,
        long ImportedBlobs);

    private static async Task<Output> HandleAsync(
        Caller caller, AccountStore accounts, IMessageBus bus, CancellationToken cancellationToken)
    {
        var account = await accounts.FindAsync(caller.Did, cancellationToken) ?? throw XrpcErrors.AccountNotFound();
        var count = await bus.InvokeAsync<RepositoryCount?>(new CountRepository(caller.Did), cancellationToken)
            ?? throw XrpcErrors.RepoNotFound(caller.Did);
        return new Output(
            account.Status != AccountStatus.Deactivated,
            await IsHostedHereAsync(caller.Did, bus, cancellationToken),
            count.Commit,
            count.Rev,
            count.Blocks,
            count.Records,
            PrivateStateValues: 0,
            count.ExpectedBlobs,
            count.ImportedBlobs);
    }

    // Where the DID cannot be looked up, nothing says that it is valid.
    private static async Task<bool> IsHostedHereAsync(Did did, IMessageBus bus, CancellationToken cancellationToken)
    {
        try
        {
            var key = await bus.InvokeAsync<RepositorySigningKey?>(new GetSigningKey(did), cancellationToken);
            var check = await bus.InvokeAsync<HostingCheck>(new CheckHosting(did, key!.DidKey), cancellationToken);
            return check.Problem is null;
        }
        catch (XrpcException)
        {
            return false;
        }
    }
}
