using OpenIddict.Server;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace Pds.Modules.Auth.OAuth.Server;

/// <summary>Says that access tokens need a proof: OpenIddict knows only <c>Bearer</c>.</summary>
internal sealed class NameTokenType : IOpenIddictServerHandler<ProcessSignInContext>
{
    public ValueTask HandleAsync(ProcessSignInContext context)
    {
        if (context.IncludeAccessToken)
        {
            context.Response.TokenType = "DPoP";
        }

        return ValueTask.CompletedTask;
    }
}
