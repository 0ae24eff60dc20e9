using AtProto.Plc;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Pds.Contracts.Repo;
using Pds.Modules.Identity.Plc;
using Pds.Modules.Identity.Storage;
using Pds.Xrpc;
using Wolverine;

namespace Pds.Modules.Identity.Endpoints.Identity;

/// <summary>Tells what the DID of an account should say for it to live here.</summary>
internal static class GetRecommendedDidCredentials
{
    public static void Map(IEndpointRouteBuilder xrpc) => xrpc
        .MapQuery("com.atproto.identity.getRecommendedDidCredentials", HandleAsync)
        .RequireAuthorization(Access.Account);

    internal sealed record Output(
        string[] RotationKeys,
        string[]? AlsoKnownAs,
        Dictionary<string, string> VerificationMethods,
        Dictionary<string, PlcService> Services);

    private static async Task<Output> HandleAsync(
        Caller caller, IdentityStore identities, Genesis genesis, ServiceOptions service, IMessageBus bus,
        CancellationToken cancellationToken)
    {
        var key = await bus.InvokeAsync<RepositorySigningKey?>(new GetSigningKey(caller.Did), cancellationToken)
            ?? throw XrpcErrors.AccountNotFound();
        var identity = await identities.FindAsync(caller.Did, cancellationToken);
        return new Output(
            genesis.OwnKeys,
            identity is null ? null : [$"at://{identity.Handle}"],
            new() { [PlcData.SigningKeyName] = key.DidKey },
            new() { [PlcData.PersonalDataServerName] = new PlcService(PlcService.PersonalDataServer, service.PublicUrl) });
    }
}
