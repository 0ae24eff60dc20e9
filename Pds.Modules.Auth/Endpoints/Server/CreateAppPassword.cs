using AtProto;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Pds.Modules.Auth.Accounts;
using Pds.Xrpc;

namespace Pds.Modules.Auth.Endpoints.Server;

/// <summary>Makes a password for one app. This is the only time that it is shown.</summary>
internal static class CreateAppPassword
{
    public static void Map(IEndpointRouteBuilder xrpc) => xrpc
        .MapProcedure("com.atproto.server.createAppPassword", HandleAsync)
        .RequireAuthorization(Access.FullSessionNotTakendown);

    internal sealed record Input(string Name, bool? Privileged);

    internal sealed record Output(string Name, string Password, string CreatedAt, bool Privileged);

    private static async Task<Output> HandleAsync(
        Input input, Caller caller, AppPasswords appPasswords, CancellationToken cancellationToken)
    {
        var (stored, password) = await appPasswords.CreateAsync(
            caller.Did, input.Name, input.Privileged ?? false, cancellationToken);
        return new Output(stored.Name, password, AtDatetime.Format(stored.CreatedAt), stored.Privileged);
    }
}
