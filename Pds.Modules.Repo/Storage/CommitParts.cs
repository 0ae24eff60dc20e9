namespace Pds.Modules.Repo.Storage;

/// <summary>What a batch of commits has rows of, beyond what every one has: heads, replaced nodes, new records, events.</summary>
[Flags]
internal enum CommitParts
{
    None = 0,

    /// <summary>Nodes more or fewer.</summary>
    Nodes = 1,

    /// <summary>Records updated or removed.</summary>
    Changes = 2,

    /// <summary>Records that name blobs.</summary>
    Blobs = 4,

    All = Nodes | Changes | Blobs,
}
