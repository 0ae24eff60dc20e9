using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Pds.Modules.Auth.Accounts;
using Pds.Xrpc;

namespace Pds.Modules.Auth.Endpoints.Server;

/// <summary>Mails a code for a new password, where there is such an account. The answer does not tell whether there is.</summary>
internal static class RequestPasswordReset
{
    public static void Map(IEndpointRouteBuilder xrpc) => xrpc
        .MapProcedure("com.atproto.server.requestPasswordReset", HandleAsync)
        .LimitByAddress(RateLimit.RequestPasswordReset);

    internal sealed record Input(string Email);

    private static Task HandleAsync(
        Input input, HttpContext http, Passwords passwords, CancellationToken cancellationToken) =>
        passwords.RequestResetAsync(input.Email, http.Connection.RemoteIpAddress?.ToString() ?? "", cancellationToken);
}
