using Microsoft.AspNetCore.Http;
using OpenIddict.Abstractions;
using OpenIddict.Server;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Pds.Modules.Auth.OAuth.Server;

/// <summary>The token request: who makes it, and whether its code or refresh token is good.</summary>
internal sealed class CheckTokenRequest(ClientAuthentication authentication, CodeGrant codes, RefreshGrant refreshes)
    : IOpenIddictServerHandler<ValidateTokenRequestContext>
{
    public async ValueTask HandleAsync(ValidateTokenRequestContext context) =>
        context.Transaction.SetGrant(await CheckAsync(context.Transaction.GetHttpContext(), context.Request));

    /// <exception cref="OAuthException">The app is not who it says, or what it shows is not good.</exception>
    public async Task<TokenGrant> CheckAsync(HttpContext http, OpenIddictRequest request)
    {
        var client = await AuthenticateAsync(http, request);
        if (request.GrantType is null || !client.Client.GrantTypes.Contains(request.GrantType))
        {
            throw OAuthException.InvalidGrant("This grant_type is not allowed for this client");
        }

        return request.GrantType switch
        {
            OpenIddictConstants.GrantTypes.AuthorizationCode => await codes.CheckAsync(client, request, http.RequestAborted),
            OpenIddictConstants.GrantTypes.RefreshToken => await refreshes.CheckAsync(client, request, http.RequestAborted),
            _ => throw OAuthException.InvalidGrant("This grant_type is not supported"),
        };
    }

    // An app that withdraws a key ends what was begun with it, for it may be in other hands.
    private async Task<AuthenticatedClient> AuthenticateAsync(HttpContext http, OpenIddictRequest request)
    {
        try
        {
            return await authentication.AuthenticateAsync(http, request, requireProof: true, http.RequestAborted);
        }
        catch (OAuthException refusal) when (refusal.Error == OpenIddictConstants.Errors.InvalidClient && request.RefreshToken is { } token)
        {
            await refreshes.EndIfKeyIsGoneAsync(request.ClientId!, token, http.RequestAborted);
            throw;
        }
    }
}
