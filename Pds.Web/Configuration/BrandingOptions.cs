using System.ComponentModel.DataAnnotations;

namespace Pds.Web.Configuration;

/// <summary>How an operator makes the pages their own, beside the name, the logo and the links of the service.</summary>
internal sealed record BrandingOptions : IValidatableObject
{
    /// <summary>Of buttons, links and focus.</summary>
    [ConfigurationKeyName("PDS_PRIMARY_COLOR")]
    public string? Primary { get; init; }

    [ConfigurationKeyName("PDS_ERROR_COLOR")]
    public string? Error { get; init; }

    [ConfigurationKeyName("PDS_WARNING_COLOR")]
    public string? Warning { get; init; }

    [ConfigurationKeyName("PDS_INFO_COLOR")]
    public string? Info { get; init; }

    [ConfigurationKeyName("PDS_SUCCESS_COLOR")]
    public string? Success { get; init; }

    /// <summary>A picture behind the pages where the browser is light.</summary>
    [ConfigurationKeyName("PDS_BACKGROUND_LIGHT_URL")]
    public Uri? BackgroundLight { get; init; }

    [ConfigurationKeyName("PDS_BACKGROUND_DARK_URL")]
    public Uri? BackgroundDark { get; init; }

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext) =>
        from color in new[]
        {
            ("PDS_PRIMARY_COLOR", Primary), ("PDS_ERROR_COLOR", Error), ("PDS_WARNING_COLOR", Warning),
            ("PDS_INFO_COLOR", Info), ("PDS_SUCCESS_COLOR", Success),
        }
        where color.Item2 is not null && !Color.TryParse(color.Item2, out _)
        select new ValidationResult($"{color.Item1} must be a color like #0a5bd3 or rgb(10, 91, 211).");
}
