using Pds.Modules.Auth;

namespace Pds.Web.Configuration;

/// <summary>The box of hCaptcha or Turnstile on a page, and what the page's policy has to let in for it.</summary>
/// <param name="CssClass">By which its script finds the box.</param>
/// <param name="Field">The field that its script adds to the form.</param>
/// <param name="Sources">Origins, for the policy.</param>
internal sealed record RobotWidget(string CssClass, string SiteKey, string Field, string Script, string Sources)
{
    /// <summary>Null where nothing is configured.</summary>
    public static RobotWidget? Of(RobotCheckOptions options) => options switch
    {
        { HCaptchaSiteKey: { } key } => new RobotWidget(
            "h-captcha", key, "h-captcha-response", "https://js.hcaptcha.com/1/api.js", "https://hcaptcha.com https://*.hcaptcha.com"),
        { TurnstileSiteKey: { } key } => new RobotWidget(
            "cf-turnstile", key, "cf-turnstile-response", "https://challenges.cloudflare.com/turnstile/v0/api.js",
            "https://challenges.cloudflare.com"),
        _ => null,
    };
}
