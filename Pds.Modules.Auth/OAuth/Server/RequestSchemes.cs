using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace Pds.Modules.Auth.OAuth.Server;

/// <summary>
/// Keeps the framework from asking OpenIddict about every request, which costs several times what a small request costs
/// otherwise: <see cref="OAuthMiddleware"/> asks it where it answers.
/// </summary>
internal sealed class RequestSchemes(IOptions<AuthenticationOptions> options) : AuthenticationSchemeProvider(options)
{
    private static readonly Task<IEnumerable<AuthenticationScheme>> None = Task.FromResult<IEnumerable<AuthenticationScheme>>([]);

    public override Task<IEnumerable<AuthenticationScheme>> GetRequestHandlerSchemesAsync() => None;

    // A lone scheme would be the default one.
    public override Task<AuthenticationScheme?> GetDefaultAuthenticateSchemeAsync() => Task.FromResult<AuthenticationScheme?>(null);
}
