using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Pds.Modules.Auth.Storage;
using Pds.Xrpc;

namespace Pds.Modules.Auth.Endpoints.Server;

/// <summary>Ends a session: its refresh token is good for nothing from now on.</summary>
internal static class DeleteSession
{
    public static void Map(IEndpointRouteBuilder xrpc) => xrpc
        .MapProcedure("com.atproto.server.deleteSession", HandleAsync)
        .RequireAuthorization(Access.RefreshOrExpired);

    private static Task HandleAsync(Caller caller, RefreshTokenStore refreshTokens, CancellationToken cancellationToken)
    {
        var tokenId = caller.TokenId ?? throw XrpcErrors.Unauthorized("MissingTokenId", "Unexpected missing refresh token id");
        return refreshTokens.RevokeAsync(tokenId, cancellationToken);
    }
}
