using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.AspNetCore.Mvc;
using Pds.Contracts.Auth;
using Pds.Web.Browsing;
using Pds.Web.Configuration;

namespace Pds.Web.Pages.OAuth;

/// <summary>Where an app sends a person, and where every page below leads back to: it shows the next page, or ends the request.</summary>
public sealed class AuthorizeModel : PersonPage
{
    // The scheme by which the authorization server answers the app.
    private const string Scheme = "OpenIddict.Server.AspNetCore";

    public async Task<IActionResult> OnGetAsync()
    {
        if (HttpContext.Features.Get<AuthorizationRequest>() is not { } request)
        {
            var failure = HttpContext.Features.Get<AuthorizationFailure>();
            var status = Response.StatusCode < StatusCodes.Status400BadRequest ? StatusCodes.Status400BadRequest : Response.StatusCode;
            await PageErrors.ShowAsync(HttpContext, new Problem(
                status, "Problem.App.Title", "Problem.App.Text", failure is null ? null : $"{failure.Error}: {failure.Description}"));
            return new EmptyResult();
        }

        var device = await OpenDeviceAsync();
        var step = await Bus.InvokeAsync<AuthorizationStep>(new ContinueAuthorization(request, device.DeviceId), Aborted);
        return step.Kind switch
        {
            AuthorizationStepKind.Complete => SignIn(step.Principal!, Scheme),
            AuthorizationStepKind.Refuse => Forbid(
                new AuthenticationProperties(new Dictionary<string, string?>
                {
                    [".error"] = step.Error,
                    [".error_description"] = step.ErrorDescription,
                }),
                Scheme),
            AuthorizationStepKind.SignUp => Show("sign-up", request),
            AuthorizationStepKind.ChooseAccount => Show("choose", request),
            AuthorizationStepKind.Reactivate => Show("reactivate", request),
            AuthorizationStepKind.Consent => Show("consent", request),
            _ => Show("sign-in", request),
        };
    }

    private IActionResult Show(string page, AuthorizationRequest request)
    {
        var query = new QueryBuilder { { "client_id", request.ClientId }, { "request_uri", request.RequestUri } };
        if (!string.IsNullOrEmpty(request.UiLocales))
        {
            query.Add(Languages.Parameter, request.UiLocales);
        }

        return SeeOther($"/oauth/authorize/{page}{query}");
    }
}
