using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Configuration;

namespace Pds.Modules.Auth;

/// <summary>How robots are kept from signing up, and who else has a say in it. Nothing is checked that is not configured.</summary>
public sealed record RobotCheckOptions : IValidatableObject
{
    /// <summary>hCaptcha, as the reference has it: all three or none.</summary>
    [ConfigurationKeyName("PDS_HCAPTCHA_SITE_KEY")]
    public string? HCaptchaSiteKey { get; init; }

    [ConfigurationKeyName("PDS_HCAPTCHA_SECRET_KEY")]
    public string? HCaptchaSecretKey { get; init; }

    /// <summary>Hashed together with what is told of a person, so that it means nothing elsewhere.</summary>
    [ConfigurationKeyName("PDS_HCAPTCHA_TOKEN_SALT")]
    public string? HCaptchaTokenSalt { get; init; }

    /// <summary>Where answers are verified.</summary>
    [ConfigurationKeyName("PDS_HCAPTCHA_VERIFY_URL")]
    public Uri HCaptchaVerifyUrl { get; init; } = new("https://api.hcaptcha.com/siteverify");

    /// <summary>Cloudflare Turnstile, in place of hCaptcha: both or none.</summary>
    [ConfigurationKeyName("PDS_TURNSTILE_SITE_KEY")]
    public string? TurnstileSiteKey { get; init; }

    [ConfigurationKeyName("PDS_TURNSTILE_SECRET_KEY")]
    public string? TurnstileSecretKey { get; init; }

    /// <summary>Where answers are verified.</summary>
    [ConfigurationKeyName("PDS_TURNSTILE_VERIFY_URL")]
    public Uri TurnstileVerifyUrl { get; init; } = new("https://challenges.cloudflare.com/turnstile/v0/siteverify");

    /// <summary>Asked before every new account, with what is known of it; an answer of 4xx refuses it.</summary>
    [ConfigurationKeyName("PDS_SIGN_UP_HOOK_URL")]
    public Uri? HookUrl { get; init; }

    /// <summary>Sent to <see cref="HookUrl"/> as a bearer token.</summary>
    [ConfigurationKeyName("PDS_SIGN_UP_HOOK_SECRET")]
    public string? HookSecret { get; init; }

    public bool HasHCaptcha => HCaptchaSiteKey is not null;

    public bool HasTurnstile => TurnstileSiteKey is not null;

    /// <summary>Whether a new account takes proof that a person makes it.</summary>
    public bool IsProofNeeded => HasHCaptcha || HasTurnstile;

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if ((HCaptchaSiteKey is null) != (HCaptchaSecretKey is null) || (HCaptchaSiteKey is null) != (HCaptchaTokenSalt is null))
        {
            yield return new ValidationResult(
                "PDS_HCAPTCHA_SITE_KEY, PDS_HCAPTCHA_SECRET_KEY and PDS_HCAPTCHA_TOKEN_SALT go together.");
        }

        if ((TurnstileSiteKey is null) != (TurnstileSecretKey is null))
        {
            yield return new ValidationResult("PDS_TURNSTILE_SITE_KEY and PDS_TURNSTILE_SECRET_KEY go together.");
        }

        if (HasHCaptcha && HasTurnstile)
        {
            yield return new ValidationResult("PDS_HCAPTCHA_SITE_KEY and PDS_TURNSTILE_SITE_KEY cannot both be set.");
        }
    }
}
