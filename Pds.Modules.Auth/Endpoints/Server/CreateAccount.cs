using System.Text.Json;
using AtProto;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Pds.Modules.Auth.Accounts;
using Pds.Modules.Auth.Sessions;
using Pds.Xrpc;
using Wolverine;

namespace Pds.Modules.Auth.Endpoints.Server;

/// <summary>Makes an account: with a DID of its own, or around a DID that is brought along from another server.</summary>
internal static class CreateAccount
{
    public static void Map(IEndpointRouteBuilder xrpc) => xrpc
        .MapProcedure("com.atproto.server.createAccount", HandleAsync)
        .LimitByAddress(RateLimit.CreateAccount)
        .RequireAuthorization(Access.OptionalService);

    internal sealed record Input(
        string Handle,
        string? Email,
        string? Password,
        string? InviteCode,
        Did? Did,
        string? RecoveryKey,
        string? VerificationCode,
        string? VerificationPhone,
        JsonElement? PlcOp);

    internal sealed record Output(string AccessJwt, string RefreshJwt, Handle Handle, Did Did, JsonElement? DidDoc);

    private static async Task<Output> HandleAsync(
        Input input,
        Caller? caller,
        HttpContext http,
        ServiceTokenReplays replays,
        IMessageBus bus,
        AccountCreation accounts,
        SessionDetails details,
        CancellationToken cancellationToken)
    {
        if (input.PlcOp is { ValueKind: not JsonValueKind.Null })
        {
            throw XrpcErrors.InvalidRequest("Unsupported input: \"plcOp\"");
        }

        if (input.Did is { } claimed && claimed != caller?.Did)
        {
            throw XrpcErrors.AuthenticationRequired($"Missing auth to create account with did: {claimed}");
        }

        var token = input.Did is null ? null : http.Request.Headers.Authorization.ToString();
        await replays.RefuseUsedAsync(input.Did ?? default, token, cancellationToken);
        var request = new AccountRequest(
            input.Handle,
            input.Email,
            NullIfEmpty(input.Password),
            NullIfEmpty(input.InviteCode),
            http.Connection.RemoteIpAddress?.ToString() ?? "",
            http.Request.Headers.UserAgent.ToString(),
            input.Did,
            NullIfEmpty(input.RecoveryKey),
            NullIfEmpty(input.VerificationCode));
        var (did, handle, session) = await accounts.CreateAsync(request, bus, cancellationToken);
        await replays.UseUpAsync(token, cancellationToken);
        var didDoc = await details.GetNewDidDocAsync(bus, did, cancellationToken);
        return new Output(session.AccessJwt, session.RefreshJwt, handle, did, didDoc);
    }

    private static string? NullIfEmpty(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
