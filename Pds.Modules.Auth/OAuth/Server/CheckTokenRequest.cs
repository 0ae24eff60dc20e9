using OpenIddict.Abstractions;
using OpenIddict.Server;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Pds.Modules.Auth.OAuth.Server;

/// <summary>The request that exchanges a code: who makes it, and whether the code is good.</summary>
internal sealed class CheckTokenRequest(ClientAuthentication authentication, CodeGrant codes)
    : IOpenIddictServerHandler<ValidateTokenRequestContext>
{
    public async ValueTask HandleAsync(ValidateTokenRequestContext context)
    {
        var http = context.Transaction.GetHttpContext();
        var request = context.Request;
        var client = await authentication.AuthenticateAsync(http, request, requireProof: true, http.RequestAborted);
        client.RequireGrant(request.GrantType);
        context.Transaction.SetGrant(request.GrantType == OpenIddictConstants.GrantTypes.AuthorizationCode
            ? await codes.CheckAsync(client, request, http.RequestAborted)
            : throw OAuthException.InvalidGrant("This grant_type is not supported"));
    }
}
