using AtProto;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Pds.Modules.Auth.Storage;
using Pds.Xrpc;

namespace Pds.Modules.Auth.Endpoints.Server;

/// <summary>Lists the account's app passwords by name.</summary>
internal static class ListAppPasswords
{
    public static void Map(IEndpointRouteBuilder xrpc) => xrpc
        .MapQuery("com.atproto.server.listAppPasswords", HandleAsync)
        .RequireAuthorization(Access.Session);

    internal sealed record Output(AppPasswordView[] Passwords);

    internal sealed record AppPasswordView(string Name, string CreatedAt, bool Privileged);

    private static async Task<Output> HandleAsync(
        Caller caller, AppPasswordStore appPasswords, CancellationToken cancellationToken)
    {
        var stored = await appPasswords.ListAsync(caller.Did, cancellationToken);
        return new Output([.. stored.Select(
            password => new AppPasswordView(password.Name, AtDatetime.Format(password.CreatedAt), password.Privileged))]);
    }
}
