using AtProto;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Filters;
using Pds.Contracts.Auth;
using Pds.Web.Browsing;
using Pds.Web.Configuration;
using Pds.Xrpc;
using SignInResult = Pds.Contracts.Auth.SignInResult;

namespace Pds.Web.Pages;

/// <summary>
/// A page on the way into an account: below <c>/oauth/authorize</c> for an app that waits, whose request is named in the query;
/// below <c>/account</c> for the account pages.
/// </summary>
public abstract class FlowPage : PersonPage
{
    private const string AuthorizePath = "/oauth/authorize";

    [BindProperty(Name = "client_id", SupportsGet = true)]
    public string? ClientId { get; set; }

    [BindProperty(Name = "request_uri", SupportsGet = true)]
    public string? RequestUri { get; set; }

    [BindProperty(Name = Languages.Parameter, SupportsGet = true)]
    public string? UiLocales { get; set; }

    /// <summary>The app's request; null on the account pages.</summary>
    public PendingAuthorization? Pending { get; private set; }

    public OpenedDevice Device { get; private set; } = null!;

    public bool IsForApp => Request.Path.StartsWithSegments("/oauth", StringComparison.Ordinal);

    public override async Task OnPageHandlerExecutionAsync(
        PageHandlerExecutingContext context, PageHandlerExecutionDelegate next)
    {
        // A browser that comes here for an app was given its cookie one step ago.
        if (IsForApp && Cookies.Device(HttpContext) is null)
        {
            throw new XrpcException(StatusCodes.Status400BadRequest, Problem.CookiesOff, "The browser sends no cookie");
        }

        Device = await OpenDeviceAsync();
        if (IsForApp)
        {
            Pending = await FindPendingAsync()
                ?? throw new XrpcException(StatusCodes.Status400BadRequest, Problem.RequestEnded, "No request waits for this browser");
            PageSecurity.AllowFormsToLeadTo(HttpContext, Pending.RedirectOrigin);
        }

        await base.OnPageHandlerExecutionAsync(context, next);
    }

    /// <summary>The address of another page on the same way.</summary>
    /// <param name="page">Its last segment.</param>
    public string PathOf(string page) => IsForApp ? WithRequest($"{AuthorizePath}/{page}") : page switch
    {
        "forgot" => "/account/reset-password",
        "reset" => "/account/reset-password/code",
        _ => $"/account/{page}",
    };

    /// <summary>Where the way goes on, for the server to decide.</summary>
    protected string Onward() => IsForApp ? WithRequest(AuthorizePath) : "/account";

    /// <summary>Goes on with an account that is signed in.</summary>
    protected async Task<IActionResult> ContinueAsync(Did did)
    {
        if (!IsForApp)
        {
            Cookies.SetAccount(HttpContext, did.Value);
        }
        else if (!await Bus.InvokeAsync<bool>(new ChooseAccount(ClientId!, RequestUri!, Device.DeviceId, did), Aborted))
        {
            return SeeOther(PathOf("sign-in") + $"&account={Uri.EscapeDataString(did.Value)}");
        }

        return SeeOther(Onward());
    }

    /// <summary>Goes on after a sign-in: into the account, or to what else it asks for.</summary>
    protected async Task<IActionResult> ContinueAsync(SignInResult result)
    {
        if (result.Challenge is { } challenge)
        {
            Cookies.SetChallenge(HttpContext, challenge);
            return SeeOther(PathOf("second-factor"));
        }

        // Who knew the browser's cookie before somebody signed in does not know it after.
        await OpenDeviceAsync(rotate: true);
        return await ContinueAsync(result.Did!.Value);
    }

    private async Task<PendingAuthorization?> FindPendingAsync() => ClientId is { Length: > 0 } && RequestUri is { Length: > 0 }
        ? await Bus.InvokeAsync<PendingAuthorization?>(new GetAuthorization(ClientId, RequestUri, Device.DeviceId), Aborted)
        : null;

    private string WithRequest(string path)
    {
        var query = new QueryBuilder { { "client_id", ClientId! }, { "request_uri", RequestUri! } };
        if (!string.IsNullOrEmpty(UiLocales))
        {
            query.Add(Languages.Parameter, UiLocales);
        }

        return path + query;
    }
}
