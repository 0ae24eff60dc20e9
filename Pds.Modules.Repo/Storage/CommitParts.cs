namespace Pds.Modules.Repo.Storage;

/// <summary>What a batch of commits has rows of, beyond what every one has: heads, tips, new records, events.</summary>
[Flags]
internal enum CommitParts
{
    None = 0,

    /// <summary>Nodes that settle.</summary>
    Settled = 1,

    /// <summary>Settled nodes that go, or make room for one that settles.</summary>
    Unsettled = 2,

    /// <summary>Records updated or removed.</summary>
    Changes = 4,

    /// <summary>Records that name blobs.</summary>
    Blobs = 8,

    /// <summary>Repositories without a tip so far.</summary>
    NewTips = 16,

    All = Settled | Unsettled | Changes | Blobs | NewTips,
}
