using AtProto;

namespace Pds.Modules.Repo.Verification;

/// <summary>What can be put right without losing anything: it all follows from records whose hashes are right.</summary>
internal sealed class Mending
{
    /// <summary>Nodes that no tree has.</summary>
    public List<Cid> StrayNodes { get; } = [];

    /// <summary>Nodes that the tree should have, and has not.</summary>
    public HashSet<Cid> MissingNodes { get; } = [];

    public List<BlobUse> MissingUses { get; } = [];

    public List<BlobUse> StrayUses { get; } = [];

    /// <summary>Records whose link is not what their value says.</summary>
    public List<(string Collection, string Rkey, long? Link)> Links { get; } = [];

    /// <summary>Whether blobs are held for temporary that are named, or the other way around.</summary>
    public bool HasWrongBlobs { get; set; }

    public bool IsNeeded => StrayNodes.Count + MissingNodes.Count + MissingUses.Count + StrayUses.Count + Links.Count > 0 || HasWrongBlobs;
}
