using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Filters;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Pds.Contracts.Auth;
using Pds.Web.Localization;
using Pds.Web.Security;
using Wolverine;

namespace Pds.Web.Pages.OAuth;

/// <summary>
/// A page on the way from an app's request to its answer. The request is named by the query, as the app's own link did, and
/// belongs to the browser that opened it; a reload finds everything again.
/// </summary>
public abstract class RequestPage(IMessageBus bus) : PageModel
{
    [BindProperty(SupportsGet = true, Name = "client_id")]
    public string ClientId { get; set; } = "";

    [BindProperty(SupportsGet = true, Name = "request_uri")]
    public string RequestUri { get; set; } = "";

    [BindProperty(SupportsGet = true, Name = Languages.QueryParameter)]
    public string? UiLocales { get; set; }

    public PendingAuthorization Pending { get; private set; } = null!;

    public OpenedDevice Device { get; private set; } = null!;

    protected IMessageBus Bus { get; } = bus;

    public override async Task OnPageHandlerExecutionAsync(
        PageHandlerExecutingContext context, PageHandlerExecutionDelegate next)
    {
        var cancellationToken = HttpContext.RequestAborted;
        if (!DeviceCookie.IsSent(HttpContext))
        {
            context.Result = RedirectToPage("/OAuth/NoCookies", new { ui_locales = UiLocales });
            return;
        }

        Device = await DeviceCookie.OpenAsync(HttpContext, Bus, cancellationToken);
        if (await Bus.InvokeAsync<PendingAuthorization?>(
            new GetAuthorization(ClientId, RequestUri, Device.DeviceId), cancellationToken) is not { } pending)
        {
            context.Result = RedirectToPage("/OAuth/Expired", new { ui_locales = UiLocales });
            return;
        }

        Pending = pending;

        // Every form here may be the last before the app, and browsers hold redirects against the policy too.
        PageSecurity.AllowFormTarget(HttpContext, pending.RedirectOrigin);
        await next();
    }

    /// <summary>Refuses the request: the app is told.</summary>
    public async Task<IActionResult> OnPostDenyAsync()
    {
        await Bus.InvokeAsync(new DenyAuthorization(ClientId, RequestUri, Device.DeviceId), HttpContext.RequestAborted);
        return Onward();
    }

    /// <summary>What names the request in the address of a page.</summary>
    public Dictionary<string, string> Route(string? name = null, string? value = null)
    {
        var route = new Dictionary<string, string> { ["client_id"] = ClientId, ["request_uri"] = RequestUri };
        if (!string.IsNullOrEmpty(UiLocales))
        {
            route[Languages.QueryParameter] = UiLocales;
        }

        if (name is not null && value is not null)
        {
            route[name] = value;
        }

        return route;
    }

    /// <summary>Goes where it is decided what comes next.</summary>
    protected RedirectToPageResult Onward() => RedirectToPage("/OAuth/Authorize", Route());

    /// <summary>Answers as an account that has just signed in in this browser.</summary>
    protected async Task<IActionResult> AnswerAsAsync(AtProto.Did did)
    {
        Device = await DeviceCookie.OpenAsync(HttpContext, Bus, HttpContext.RequestAborted, rotate: true);
        await Bus.InvokeAsync<bool>(new ChooseAccount(ClientId, RequestUri, Device.DeviceId, did), HttpContext.RequestAborted);
        return Onward();
    }
}
