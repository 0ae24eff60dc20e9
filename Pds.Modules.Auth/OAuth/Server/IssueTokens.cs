using Microsoft.Extensions.DependencyInjection;
using OpenIddict.Server;
using Wolverine;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Pds.Modules.Auth.OAuth.Server;

/// <summary>Puts our tokens into the answer in place of OpenIddict's.</summary>
internal sealed class IssueTokens(TokenIssuance issuance) : IOpenIddictServerHandler<ProcessSignInContext>
{
    public async ValueTask HandleAsync(ProcessSignInContext context)
    {
        if (context.Transaction.GetGrant() is not { } grant)
        {
            return;
        }

        var http = context.Transaction.GetHttpContext();
        var tokens = await issuance.IssueAsync(
            grant, http.RequestServices.GetRequiredService<IMessageBus>(), http.RequestAborted);

        (context.GenerateAccessToken, context.IncludeAccessToken, context.AccessToken) = (false, true, tokens.AccessToken);
        (context.GenerateRefreshToken, context.IncludeRefreshToken, context.RefreshToken) =
            (false, tokens.RefreshToken is not null, tokens.RefreshToken);
        context.GenerateIdentityToken = context.IncludeIdentityToken = false;

        context.Parameters["expires_in"] = tokens.ExpiresIn;
        context.Parameters["scope"] = tokens.Scope;
        context.Parameters["sub"] = tokens.Did.Value;
    }
}
