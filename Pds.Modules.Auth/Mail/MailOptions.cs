using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Configuration;

namespace Pds.Modules.Auth.Mail;

/// <summary>How mail leaves the server. Without an SMTP server it does not, and that is logged.</summary>
public sealed record MailOptions : IValidatableObject
{
    /// <summary><c>smtp://user:password@host:port</c>, or <c>smtps:</c> for TLS from the start.</summary>
    [ConfigurationKeyName("PDS_EMAIL_SMTP_URL")]
    public string? SmtpAddress { get; init; }

    /// <summary>The sender.</summary>
    [ConfigurationKeyName("PDS_EMAIL_FROM_ADDRESS")]
    public string? FromAddress { get; init; }

    /// <summary>The SMTP server; null when none is configured.</summary>
    public Uri? SmtpUrl => Uri.TryCreate(SmtpAddress, UriKind.Absolute, out var url) && (url.Scheme is "smtp" or "smtps") ? url : null;

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if ((SmtpAddress is null) != (FromAddress is null))
        {
            yield return new ValidationResult("PDS_EMAIL_SMTP_URL and PDS_EMAIL_FROM_ADDRESS go together.");
        }

        if (SmtpAddress is not null && SmtpUrl is null)
        {
            yield return new ValidationResult("PDS_EMAIL_SMTP_URL must be a URL that begins with smtp: or smtps:.");
        }
    }
}
