using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace Pds.Modules.Auth.OAuth.Server;

/// <summary>
/// Keeps the framework from asking OpenIddict about every request, which costs several times what a small request costs
/// otherwise: <see cref="OAuthMiddleware"/> asks it where it answers.
/// </summary>
internal sealed class RequestSchemes(IOptions<AuthenticationOptions> options) : AuthenticationSchemeProvider(options)
{
    public override Task<IEnumerable<AuthenticationScheme>> GetRequestHandlerSchemesAsync() =>
        Task.FromResult<IEnumerable<AuthenticationScheme>>([]);
}
