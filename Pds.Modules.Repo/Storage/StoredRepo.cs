using AtProto;
using Pds.Modules.Repo.Keys;

namespace Pds.Modules.Repo.Storage;

/// <summary>A repository as it was read: its head, its key, and some of its tree's nodes.</summary>
internal sealed record StoredRepo(
    long Id, Did Did, AccountStatus Status, Tid Rev, Cid Head, Cid Data, StoredKey Key)
{
    public Dictionary<Cid, byte[]> Nodes { get; } = [];
}
