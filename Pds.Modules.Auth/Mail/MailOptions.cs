using System.ComponentModel.DataAnnotations;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Configuration;

namespace Pds.Modules.Auth.Mail;

/// <summary>How mail leaves the server, and what it looks like. Without an SMTP server it does not leave, and that is logged.</summary>
public sealed partial record MailOptions : IValidatableObject
{
    private const string DefaultAccent = "#1b5fc1";

    /// <summary><c>smtp://user:password@host:port</c>, or <c>smtps:</c> for TLS from the start.</summary>
    [ConfigurationKeyName("PDS_EMAIL_SMTP_URL")]
    public string? SmtpAddress { get; init; }

    /// <summary>The sender.</summary>
    [ConfigurationKeyName("PDS_EMAIL_FROM_ADDRESS")]
    public string? FromAddress { get; init; }

    /// <summary>Leaves the link out of the mail that asks to confirm an address: the code has to be typed.</summary>
    [ConfigurationKeyName("PDS_EMAIL_DISABLE_CONFIRMATION_LINK")]
    public bool DisableConfirmationLink { get; init; }

    /// <summary>The server by which moderators' mail leaves; null for the same.</summary>
    [ConfigurationKeyName("PDS_MODERATION_EMAIL_SMTP_URL")]
    public string? ModerationSmtpAddress { get; init; }

    /// <summary>The sender of moderators' mail; null for the same.</summary>
    [ConfigurationKeyName("PDS_MODERATION_EMAIL_ADDRESS")]
    public string? ModerationAddress { get; init; }

    /// <summary>The color of links and of the name, as on the pages.</summary>
    [ConfigurationKeyName("PDS_PRIMARY_COLOR")]
    public string? PrimaryColor { get; init; }

    /// <summary>The color, where it is written as mail programs know it: <c>#</c> and six digits.</summary>
    public string Accent => PrimaryColor is { } color && SixDigits().IsMatch(color) ? color : DefaultAccent;

    /// <summary>Black or white, whichever is better read on <see cref="Accent"/>.</summary>
    public string OnAccent
    {
        get
        {
            var rgb = Convert.ToInt32(Accent[1..], 16);
            return (rgb >> 16) * 299 + (rgb >> 8 & 255) * 587 + (rgb & 255) * 114 > 150_000 ? "#000000" : "#ffffff";
        }
    }

    /// <summary>The way of ordinary mail; null when none is configured.</summary>
    public MailRoute? Route => MailRoute.Of(SmtpAddress, FromAddress);

    /// <summary>The way of moderators' mail.</summary>
    public MailRoute? ModerationRoute => MailRoute.Of(ModerationSmtpAddress, ModerationAddress) ?? Route;

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        foreach (var (addressName, address, senderName, sender) in new[]
        {
            ("PDS_EMAIL_SMTP_URL", SmtpAddress, "PDS_EMAIL_FROM_ADDRESS", FromAddress),
            ("PDS_MODERATION_EMAIL_SMTP_URL", ModerationSmtpAddress, "PDS_MODERATION_EMAIL_ADDRESS", ModerationAddress),
        })
        {
            if ((address is null) != (sender is null))
            {
                yield return new ValidationResult($"{addressName} and {senderName} go together.");
            }
            else if (address is not null && MailRoute.Of(address, sender) is null)
            {
                yield return new ValidationResult(
                    $"{addressName} must be a URL that begins with smtp: or smtps:, and {senderName} an e-mail address.");
            }
        }
    }

    [GeneratedRegex("^#[0-9a-fA-F]{6}$")]
    private static partial Regex SixDigits();
}
