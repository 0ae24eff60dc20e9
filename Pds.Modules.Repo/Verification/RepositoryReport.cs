using AtProto;

namespace Pds.Modules.Repo.Verification;

/// <summary>What was looked at in one repository, and what was found.</summary>
public sealed class RepositoryReport(Did did)
{
    public Did Did => did;

    public long Records { get; internal set; }

    public long Nodes { get; internal set; }

    public long Blobs { get; internal set; }

    public long BlobBytes { get; internal set; }

    /// <summary>The did:key that signs; null when it could not be read.</summary>
    public string? SigningKey { get; internal set; }

    public Findings Findings { get; } = new();
}
