using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Pds.Modules.Auth.Storage;
using Pds.Xrpc;

namespace Pds.Modules.Auth.Endpoints.Server;

/// <summary>Removes an app password, and the sessions that were made with it.</summary>
internal static class RevokeAppPassword
{
    public static void Map(IEndpointRouteBuilder xrpc) => xrpc
        .MapProcedure("com.atproto.server.revokeAppPassword", HandleAsync)
        .RequireAuthorization(Access.Session);

    internal sealed record Input(string Name);

    private static Task HandleAsync(
        Input input, Caller caller, AppPasswordStore appPasswords, CancellationToken cancellationToken) =>
        appPasswords.RemoveAsync(caller.Did, input.Name, cancellationToken);
}
