using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Pds.Modules.Auth.Accounts;
using Pds.Xrpc;
using Wolverine;

namespace Pds.Modules.Auth.Endpoints.Server;

/// <summary>Mails a code for a new password. An address without an account is told so, as the protocol has it.</summary>
internal static class RequestPasswordReset
{
    public static void Map(IEndpointRouteBuilder xrpc) => xrpc
        .MapProcedure("com.atproto.server.requestPasswordReset", HandleAsync)
        .LimitByAddress(RateLimit.RequestPasswordReset);

    internal sealed record Input(string Email);

    private static async Task<IResult> HandleAsync(
        Input input, HttpContext http, Credentials credentials, IMessageBus bus, CancellationToken cancellationToken) =>
        await credentials.RequestResetAsync(input.Email, http.Connection.RemoteIpAddress?.ToString() ?? "", bus, cancellationToken)
            ? Results.Ok()
            : throw XrpcErrors.InvalidRequest("account does not have an email address");
}
