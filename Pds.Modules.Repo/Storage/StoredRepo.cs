using AtProto;
using Pds.Modules.Repo.Keys;

namespace Pds.Modules.Repo.Storage;

/// <summary>A repository as it was read: its head, its key, and some of its tree's nodes.</summary>
/// <param name="Tip">Null when there is no row for it yet.</param>
internal sealed record StoredRepo(
    long Id, Did Did, AccountStatus Status, Tid Rev, Cid Head, Cid Data, StoredKey Key, NodeTip? Tip)
{
    /// <summary>Some of the settled ones.</summary>
    public Dictionary<Cid, byte[]> Nodes { get; } = [];
}
