using AtProto;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Pds.Contracts.Repo;
using Pds.Modules.Auth.SignIn;
using Pds.Xrpc;
using Wolverine;

namespace Pds.Modules.Auth.Endpoints.Server;

/// <summary>Makes a signing key ahead of an account; for the same DID the same one.</summary>
internal static class ReserveSigningKey
{
    public static void Map(IEndpointRouteBuilder xrpc) =>
        xrpc.MapProcedure("com.atproto.server.reserveSigningKey", HandleAsync);

    internal sealed record Input(Did? Did);

    internal sealed record Output(string SigningKey);

    private static async Task<Output> HandleAsync(
        Input input, HttpContext http, AttemptLimits limits, IMessageBus bus, CancellationToken cancellationToken)
    {
        // Anyone may ask, and every key is a row that stays.
        await limits.CountAsync(AttemptLimit.SignUp, $"key {http.Connection.RemoteIpAddress}");
        var reserved = await bus.InvokeAsync<ReservedSigningKey>(
            new Contracts.Repo.ReserveSigningKey(input.Did), cancellationToken);
        return new Output(reserved.DidKey);
    }
}
