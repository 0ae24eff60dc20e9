using Pds.Contracts.Auth;
using Pds.Xrpc;
using Wolverine;

namespace Pds.Web.Pages.OAuth;

/// <summary>The cookie by which a browser is known again.</summary>
internal static class DeviceCookie
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromDays(3650);

    /// <summary>Whether the browser sent one, whatever is in it.</summary>
    public static bool IsSent(HttpContext context) => context.Request.Cookies.ContainsKey(NameFor(context));

    /// <summary>Finds out which browser a request is from, and gives it a new cookie where it needs one.</summary>
    /// <param name="rotate">After a sign-in or a sign-out.</param>
    public static async Task<OpenedDevice> OpenAsync(
        HttpContext context, IMessageBus bus, CancellationToken cancellationToken, bool rotate = false)
    {
        var name = NameFor(context);

        // What was set earlier in this request is what the browser will have.
        var cookie = context.Items[typeof(DeviceCookie)] as string ?? context.Request.Cookies[name];
        var address = context.Connection.RemoteIpAddress?.ToString() ?? "";
        var userAgent = context.Request.Headers.UserAgent.ToString();
        var device = await bus.InvokeAsync<OpenedDevice>(new OpenDevice(cookie, userAgent, address, rotate), cancellationToken);
        if (device.NewCookie is { } changed)
        {
            context.Items[typeof(DeviceCookie)] = changed;
            context.Response.Cookies.Delete(name);
            context.Response.Cookies.Append(name, changed, new CookieOptions
            {
                HttpOnly = true,
                Secure = IsSecure(context),
                SameSite = SameSiteMode.Lax,
                MaxAge = Lifetime,
                IsEssential = true,
            });
        }

        return device;
    }

    // The prefix makes browsers refuse one that a neighbouring host has set.
    private static string NameFor(HttpContext context) => IsSecure(context) ? "__Host-device" : "device";

    private static bool IsSecure(HttpContext context) =>
        context.RequestServices.GetRequiredService<ServiceOptions>().PublicUrl.StartsWith("https:", StringComparison.Ordinal);
}
