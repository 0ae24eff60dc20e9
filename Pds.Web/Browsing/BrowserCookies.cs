using System.Text.Json;
using Microsoft.AspNetCore.DataProtection;
using Pds.Contracts.Auth;
using Pds.Web.Configuration;

namespace Pds.Web.Browsing;

/// <summary>
/// The cookies of the pages, all of them for this host and out of reach of scripts: which browser it is, which of its accounts
/// the account pages show, a sign-in that waits for its second factor, an administrator's session of the console, and a move that
/// is under way.
/// </summary>
internal sealed class BrowserCookies(Branding branding, IDataProtectionProvider protection)
{
    private static readonly TimeSpan DeviceLife = TimeSpan.FromDays(3650);
    private static readonly TimeSpan ChallengeLife = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan MoveLife = TimeSpan.FromDays(3);

    private readonly ITimeLimitedDataProtector _protector =
        protection.CreateProtector("Pds.Web.Browsing.SecondFactor").ToTimeLimitedDataProtector();

    private string DeviceName => NameOf("device");

    private string AccountName => NameOf("account");

    private string ChallengeName => NameOf("factor");

    private string ConsoleName => NameOf("console");

    private string MoveName => NameOf("move");

    /// <summary>With this prefix a browser takes a cookie only over TLS and for this host alone.</summary>
    public string NameOf(string name) => branding.IsSecure ? $"__Host-{name}" : name;

    public string? Device(HttpContext context) => context.Request.Cookies[DeviceName];

    public void SetDevice(HttpContext context, string value) => Set(context, DeviceName, value, DeviceLife);

    /// <summary>The DID that the account pages show; a wish, to be held against who is signed in.</summary>
    public string? Account(HttpContext context) => context.Request.Cookies[AccountName];

    public void SetAccount(HttpContext context, string did) => Set(context, AccountName, did, DeviceLife);

    /// <summary>The challenge that waits in this browser; null when there is none, or no longer.</summary>
    public SecondFactorChallenge? Challenge(HttpContext context)
    {
        try
        {
            return context.Request.Cookies[ChallengeName] is { Length: > 0 } value
                ? JsonSerializer.Deserialize<SecondFactorChallenge>(_protector.Unprotect(value))
                : null;
        }
        catch (System.Security.Cryptography.CryptographicException)
        {
            return null;
        }
    }

    public void SetChallenge(HttpContext context, SecondFactorChallenge challenge) =>
        Set(context, ChallengeName, _protector.Protect(JsonSerializer.Serialize(challenge), ChallengeLife), ChallengeLife);

    public void DropChallenge(HttpContext context) => context.Response.Cookies.Delete(ChallengeName, Options(null));

    /// <summary>The token of a session of the console; to be held against those that are open.</summary>
    public string? Console(HttpContext context) => context.Request.Cookies[ConsoleName];

    /// <summary>Ends with the browser, and is sent with no request that another site has led to.</summary>
    public void SetConsole(HttpContext context, string token)
    {
        var options = Options(null);
        options.SameSite = SameSiteMode.Strict;
        context.Response.Cookies.Append(ConsoleName, token, options);
    }

    public void DropConsole(HttpContext context) => context.Response.Cookies.Delete(ConsoleName, Options(null));

    /// <summary>The key of the account's move here that this browser has begun.</summary>
    public string? Move(HttpContext context) => context.Request.Cookies[MoveName];

    public void SetMove(HttpContext context, string key) => Set(context, MoveName, key, MoveLife);

    private void Set(HttpContext context, string name, string value, TimeSpan life) =>
        context.Response.Cookies.Append(name, value, Options(life));

    private CookieOptions Options(TimeSpan? life) => new()
    {
        HttpOnly = true,
        Secure = branding.IsSecure,
        SameSite = SameSiteMode.Lax,
        Path = "/",
        MaxAge = life,
        IsEssential = true,
    };
}
