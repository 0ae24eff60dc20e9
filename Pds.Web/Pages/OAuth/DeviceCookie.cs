using Pds.Contracts.Auth;
using Wolverine;

namespace Pds.Web.Pages.OAuth;

/// <summary>The cookie by which a browser is known again.</summary>
internal static class DeviceCookie
{
    private const string Name = "dev-id";

    private static readonly TimeSpan Lifetime = TimeSpan.FromDays(3650);

    /// <summary>Finds out which browser a request is from, and gives it a new cookie where it needs one.</summary>
    /// <param name="rotate">After a sign-in or a sign-out.</param>
    public static async Task<OpenedDevice> OpenAsync(
        HttpContext context, IMessageBus bus, CancellationToken cancellationToken, bool rotate = false)
    {
        var address = context.Connection.RemoteIpAddress?.ToString() ?? "";
        var device = await bus.InvokeAsync<OpenedDevice>(
            new OpenDevice(context.Request.Cookies[Name], context.Request.Headers.UserAgent.ToString(), address, rotate), cancellationToken);
        if (device.NewCookie is { } cookie)
        {
            context.Response.Cookies.Append(Name, cookie, new CookieOptions
            {
                HttpOnly = true,
                Secure = context.Request.IsHttps,
                SameSite = SameSiteMode.Lax,
                MaxAge = Lifetime,
                IsEssential = true,
            });
        }

        return device;
    }
}
