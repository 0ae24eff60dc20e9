using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using OpenIddict.Server.AspNetCore;
using Pds.Contracts.Auth;
using Wolverine;

namespace Pds.Web.Pages.OAuth;

/// <summary>Where apps send people, and from where they are sent back: it leads on to what a request needs next.</summary>
public sealed class Authorize(IMessageBus bus) : PageModel
{
    public AuthorizationRequest? Asked { get; private set; }

    public AuthorizationFailure? Failure { get; private set; }

    /// <summary>What a person has to do next.</summary>
    public AuthorizationStepKind Next { get; private set; }

    public async Task<IActionResult> OnGetAsync(CancellationToken cancellationToken)
    {
        Asked = HttpContext.Features.Get<AuthorizationRequest>();
        if (Asked is null)
        {
            Failure = HttpContext.Features.Get<AuthorizationFailure>() ?? new("invalid_request", "There is no request");
            return Page();
        }

        var device = await DeviceCookie.OpenAsync(HttpContext, bus, cancellationToken);
        var step = await bus.InvokeAsync<AuthorizationStep>(new ContinueAuthorization(Asked, device.DeviceId), cancellationToken);
        Next = step.Kind;
        return step.Kind switch
        {
            AuthorizationStepKind.Complete => SignIn(step.Principal!, OpenIddictServerAspNetCoreDefaults.AuthenticationScheme),
            AuthorizationStepKind.Refuse => Forbid(Describe(step), OpenIddictServerAspNetCoreDefaults.AuthenticationScheme),
            _ => Page(),
        };
    }

    private static AuthenticationProperties Describe(AuthorizationStep step) => new(new Dictionary<string, string?>
    {
        [OpenIddictServerAspNetCoreConstants.Properties.Error] = step.Error,
        [OpenIddictServerAspNetCoreConstants.Properties.ErrorDescription] = step.ErrorDescription,
    });
}
