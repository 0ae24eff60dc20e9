using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Localization;
using Pds.Contracts.Auth;
using Pds.Web.Browsing;
using Pds.Web.Resources;
using Pds.Xrpc;
using Wolverine;

namespace Pds.Web.Pages;

/// <summary>A page for a person in a browser: it sends messages to the modules and puts their refusals into words.</summary>
public abstract class PersonPage : PageModel
{
    private const string NoticeKey = "notice";

    protected IMessageBus Bus => field ??= Service<IMessageBus>();

    /// <summary>The network address of the browser.</summary>
    protected string Address => HttpContext.Connection.RemoteIpAddress?.ToString() ?? "";

    protected CancellationToken Aborted => HttpContext.RequestAborted;

    /// <summary>A text of the pages.</summary>
    public string Text(string key, params object[] arguments) => Service<IStringLocalizer<Texts>>()[key, arguments];

    /// <summary>What the page before this one has to tell, once; a key of the texts.</summary>
    public string? TakeNotice() => TempData[NoticeKey] as string;

    /// <summary>Where a form of this page goes: to the same address, so that the query stays, and to one of its handlers.</summary>
    public string ActionOf(string? handler = null)
    {
        var query = QueryHelpers.ParseQuery(Request.QueryString.Value);
        query.Remove("handler");
        var path = QueryHelpers.AddQueryString(Request.Path, query);
        return handler is null ? path : QueryHelpers.AddQueryString(path, "handler", handler);
    }

    internal BrowserCookies Cookies => Service<BrowserCookies>();

    protected async Task<OpenedDevice> OpenDeviceAsync(bool rotate = false)
    {
        var request = new OpenDevice(Cookies.Device(HttpContext), Request.Headers.UserAgent.ToString(), Address, rotate);
        var device = await Bus.InvokeAsync<OpenedDevice>(request, Aborted);
        if (device.NewCookie is { } cookie)
        {
            Cookies.SetDevice(HttpContext, cookie);
        }

        return device;
    }

    /// <summary>Leads on with a GET, so that a reload repeats nothing.</summary>
    /// <param name="notice">A key of the texts, to be told there.</param>
    protected IActionResult SeeOther(string path, string? notice = null)
    {
        if (notice is not null)
        {
            TempData[NoticeKey] = notice;
        }

        Response.Headers.Location = path;
        return StatusCode(StatusCodes.Status303SeeOther);
    }

    /// <summary>Does it; false when it was refused, which the form then says.</summary>
    /// <param name="field">The field that is to blame, where the refusal does not tell.</param>
    /// <param name="wrong">What is said, as a key of the texts, when it was not proven who asks.</param>
    protected async Task<bool> TryAsync(Func<Task> work, string? field = null, string wrong = "Refused.Password")
    {
        try
        {
            await work();
            return true;
        }
        catch (XrpcException refusal) when (refusal.Status < StatusCodes.Status500InternalServerError)
        {
            var (key, about) = refusal.Error == "AuthenticationRequired" ? (wrong, "password") : Refusals.Of(refusal);
            if (refusal.RetryAfter is { } wait)
            {
                Response.Headers.RetryAfter = RetryAfter.Seconds(wait);
            }

            Refuse(field ?? about ?? "", key is null ? refusal.Message : Text(key), refusal.Status);
            return false;
        }
    }

    /// <summary>Says on the form what is wrong.</summary>
    protected void Refuse(string field, string text, int status = StatusCodes.Status400BadRequest)
    {
        ModelState.AddModelError(field, text);
        Response.StatusCode = status == StatusCodes.Status429TooManyRequests ? status : StatusCodes.Status400BadRequest;
    }

    /// <summary>Whether a field was filled in; says so on the form where not.</summary>
    protected bool IsGiven(string field, string? value)
    {
        if (!string.IsNullOrWhiteSpace(value))
        {
            return true;
        }

        Refuse(field, Text("Refused.Empty"));
        return false;
    }

    private T Service<T>() where T : notnull => HttpContext.RequestServices.GetRequiredService<T>();
}
