using AtProto;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Pds.Modules.Auth.Accounts;
using Pds.Modules.Auth.Storage;
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
        Input input, Caller caller, AppPasswordStore appPasswords, TimeProvider time, CancellationToken cancellationToken)
    {
        var password = AppPassword.NewPassword();
        var stored = new StoredAppPassword(input.Name, time.GetUtcNow(), input.Privileged ?? false);
        if (!await appPasswords.TryAddAsync(caller.Did, stored, AppPassword.Hash(password), cancellationToken))
        {
            throw XrpcErrors.InvalidRequest("could not create app-specific password");
        }

        return new Output(stored.Name, password, AtDatetime.Format(stored.CreatedAt), stored.Privileged);
    }
}
