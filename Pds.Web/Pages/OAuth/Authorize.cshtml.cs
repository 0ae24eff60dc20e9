using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using OpenIddict.Server.AspNetCore;
using Pds.Contracts.Auth;
using Pds.Web.Localization;
using Wolverine;

namespace Pds.Web.Pages.OAuth;

/// <summary>Where apps send people, and from where they are sent back: it leads on to what a request needs next.</summary>
public sealed class AuthorizeModel(IMessageBus bus) : PageModel
{
    /// <summary>Why there is nobody to send the person back to.</summary>
    public AuthorizationFailure? Failure { get; private set; }

    public async Task<IActionResult> OnGetAsync(CancellationToken cancellationToken)
    {
        if (HttpContext.Features.Get<AuthorizationRequest>() is not { } request)
        {
            Failure = HttpContext.Features.Get<AuthorizationFailure>() ?? new("invalid_request", "There is no request");
            Response.StatusCode = StatusCodes.Status400BadRequest;
            return Page();
        }

        var device = await DeviceCookie.OpenAsync(HttpContext, bus, cancellationToken);
        var step = await bus.InvokeAsync<AuthorizationStep>(new ContinueAuthorization(request, device.DeviceId), cancellationToken);
        return step.Kind switch
        {
            AuthorizationStepKind.Complete => SignIn(step.Principal!, OpenIddictServerAspNetCoreDefaults.AuthenticationScheme),
            AuthorizationStepKind.Refuse => Forbid(Describe(step), OpenIddictServerAspNetCoreDefaults.AuthenticationScheme),
            AuthorizationStepKind.SignIn => RedirectToPage("/OAuth/SignIn", Route(request)),
            AuthorizationStepKind.ChooseAccount => RedirectToPage("/OAuth/Choose", Route(request)),
            AuthorizationStepKind.SignUp => RedirectToPage("/OAuth/SignUp", Route(request)),
            AuthorizationStepKind.Reactivate => RedirectToPage("/OAuth/Reactivate", Route(request)),
            _ => RedirectToPage("/OAuth/Consent", Route(request)),
        };
    }

    private static Dictionary<string, string> Route(AuthorizationRequest request)
    {
        var route = new Dictionary<string, string> { ["client_id"] = request.ClientId, ["request_uri"] = request.RequestUri };
        if (!string.IsNullOrEmpty(request.UiLocales))
        {
            route[Languages.QueryParameter] = request.UiLocales;
        }

        return route;
    }

    private static AuthenticationProperties Describe(AuthorizationStep step) => new(new Dictionary<string, string?>
    {
        [OpenIddictServerAspNetCoreConstants.Properties.Error] = step.Error,
        [OpenIddictServerAspNetCoreConstants.Properties.ErrorDescription] = step.ErrorDescription,
    });
}
