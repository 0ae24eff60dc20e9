using System.ComponentModel.DataAnnotations;

namespace Pds.Web.Sandbox;

/// <summary>Whether this is a server to build an app against.</summary>
public sealed record SandboxOptions : IValidatableObject
{
    /// <summary>Fills the server with demo accounts, whose password everybody knows.</summary>
    [ConfigurationKeyName("PDS_SANDBOX")]
    public bool IsOn { get; init; }

    [ConfigurationKeyName("PDS_DEV_MODE")]
    public bool DevMode { get; init; }

    [ConfigurationKeyName("PDS_HOSTNAME")]
    public string Hostname { get; init; } = "localhost";

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (IsOn && !DevMode && Hostname != "localhost")
        {
            yield return new ValidationResult(
                "PDS_SANDBOX is for development, since everybody knows its passwords: it needs PDS_DEV_MODE or PDS_HOSTNAME=localhost.");
        }
    }
}
