using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Pds.Modules.Auth.Accounts;
using Pds.Xrpc;

namespace Pds.Modules.Auth.Endpoints.Server;

/// <summary>Sets a new password by a mailed code.</summary>
internal static class ResetPassword
{
    public static void Map(IEndpointRouteBuilder xrpc) => xrpc
        .MapProcedure("com.atproto.server.resetPassword", HandleAsync)
        .LimitByAddress(RateLimit.ResetPassword);

    internal sealed record Input(string Token, string Password);

    private static Task HandleAsync(
        Input input, HttpContext http, Passwords passwords, CancellationToken cancellationToken) =>
        passwords.ResetAsync(input.Token, input.Password, http.Connection.RemoteIpAddress?.ToString() ?? "", cancellationToken);
}
