using System.Text.Json;
using AtProto.OAuth;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Pds.Contracts.Repo;
using Pds.Modules.Identity.Plc;
using Pds.Modules.Identity.Storage;
using Pds.Xrpc;
using Wolverine;

namespace Pds.Modules.Identity.Endpoints.Identity;

/// <summary>Sends a signed change of the caller's DID to the directory, if the account still lives here after it.</summary>
internal static class SubmitPlcOperation
{
    public static void Map(IEndpointRouteBuilder xrpc) => xrpc
        .MapProcedure("com.atproto.identity.submitPlcOperation", HandleAsync)
        .RequireAuthorization(Access.Account)
        .RequireAppScope(IdentityScope.Needed(IdentityScope.All));

    internal sealed record Input(JsonElement Operation);

    private static async Task HandleAsync(
        Input input, Caller caller, IdentityStore identities, PlcChanges changes, IMessageBus bus, CancellationToken cancellationToken)
    {
        var identity = await identities.FindAsync(caller.Did, cancellationToken) ?? throw XrpcErrors.AccountNotFound();
        var key = await bus.InvokeAsync<RepositorySigningKey?>(new GetSigningKey(caller.Did), cancellationToken)
            ?? throw XrpcErrors.AccountNotFound();
        await changes.SubmitAsync(caller.Did, input.Operation, key.DidKey, identity.Handle, cancellationToken);
        await bus.InvokeAsync(new AnnounceIdentity(caller.Did, null), cancellationToken);
    }
}
