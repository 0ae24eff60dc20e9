using Microsoft.Extensions.Configuration;

namespace Pds.Modules.Moving;

/// <summary>The configuration of moves.</summary>
public sealed record MovingOptions
{
    /// <summary>Whether accounts may bring repositories along, and so move in.</summary>
    [ConfigurationKeyName("PDS_ACCEPTING_REPO_IMPORTS")]
    public bool AcceptsImports { get; init; } = true;

    /// <summary>The PLC directory.</summary>
    [ConfigurationKeyName("PDS_DID_PLC_URL")]
    public Uri PlcUrl { get; init; } = new("https://plc.directory");
}
