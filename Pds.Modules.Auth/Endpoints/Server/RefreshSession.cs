using AtProto;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Pds.Modules.Auth.Sessions;
using Pds.Modules.Auth.Storage;
using Pds.Xrpc;
using Wolverine;

namespace Pds.Modules.Auth.Endpoints.Server;

/// <summary>Trades a refresh token for new tokens.</summary>
internal static class RefreshSession
{
    public static void Map(IEndpointRouteBuilder xrpc) => xrpc
        .MapProcedure("com.atproto.server.refreshSession", HandleAsync)
        .RequireAuthorization(Access.Refresh);

    private static async Task<CreateSession.Output> HandleAsync(
        Caller caller,
        IMessageBus bus,
        RefreshTokenStore refreshTokens,
        TokenIssuer tokens,
        SessionDetails details,
        CancellationToken cancellationToken)
    {
        var tokenId = caller.TokenId ?? throw XrpcErrors.Unauthorized("MissingTokenId", "Unexpected missing refresh token id");
        var rotation = await refreshTokens.RotateAsync(caller.Did, tokenId, cancellationToken)
            ?? throw XrpcErrors.InvalidRequest($"Could not find user info for account: {caller.Did}");
        if (rotation.Account.Status == AccountStatus.Takendown)
        {
            throw XrpcErrors.AccountTakedown();
        }

        var nextId = rotation.NextId ?? throw XrpcErrors.ExpiredToken("Token has been revoked");
        var session = tokens.Issue(caller.Did, rotation.AppPassword?.Kind ?? AccessKind.Full, nextId);

        AuthTelemetry.SessionsRefreshed.Add(1);
        return await CreateSession.Output.CreateAsync(session, rotation.Account, details, bus, cancellationToken);
    }
}
