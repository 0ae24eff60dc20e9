using System.Text.Json;
using AtProto.OAuth;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Pds.Contracts.Auth;
using Pds.Modules.Identity.Plc;
using Pds.Xrpc;
using Wolverine;

namespace Pds.Modules.Identity.Endpoints.Identity;

/// <summary>Signs a change of the caller's DID with the server's key, by a mailed code; who gets it sends it.</summary>
internal static class SignPlcOperation
{
    public static void Map(IEndpointRouteBuilder xrpc) => xrpc
        .MapProcedure("com.atproto.identity.signPlcOperation", HandleAsync)
        .RequireAuthorization(Access.FullOrTakendown)
        .RequireAppScope(IdentityScope.Needed(IdentityScope.All));

    internal sealed record Input(
        string? Token, string[]? RotationKeys, string[]? AlsoKnownAs, JsonElement? VerificationMethods, JsonElement? Services);

    internal sealed record Output(JsonElement Operation);

    private static async Task<Output> HandleAsync(
        Input input, Caller caller, PlcChanges changes, IMessageBus bus, CancellationToken cancellationToken)
    {
        if (string.IsNullOrEmpty(input.Token))
        {
            throw XrpcErrors.InvalidRequest("email confirmation token required to sign PLC operations");
        }

        await bus.InvokeAsync(new UsePlcToken(caller.Did, input.Token), cancellationToken);
        var fields = new PlcFields(input.RotationKeys, input.AlsoKnownAs, input.VerificationMethods, input.Services);
        var operation = await changes.SignAsync(caller.Did, fields, cancellationToken);
        return new Output(JsonElement.Parse(operation.ToJson()));
    }
}
