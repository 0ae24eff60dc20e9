using AtProto;
using Pds.Modules.Repo.Imports;

namespace Pds.Modules.Repo.Takeover;

/// <summary>The records of one repository by name: their bytes stay where the blocks are until they are written.</summary>
internal sealed class TakeoverBatch
{
    public List<(string Collection, string Rkey, long? Link, Cid Cid)> Rows { get; } = [];

    /// <summary>Which record names which blob; the last is the record's own CID.</summary>
    public List<(Cid Blob, string Collection, string Rkey, Cid Record)> BlobUses { get; } = [];

    /// <summary>Empties a batch of an import into this one.</summary>
    public void Take(ImportBatch batch)
    {
        var cids = new Dictionary<(string, string), Cid>();
        foreach (var row in batch.Created)
        {
            Rows.Add((row.Collection, row.Rkey, row.Link, row.Cid));
            cids[(row.Collection, row.Rkey)] = row.Cid;
        }

        foreach (var (blob, collection, rkey) in batch.BlobUses)
        {
            BlobUses.Add((blob, collection, rkey, cids[(collection, rkey)]));
        }

        batch.Clear();
    }
}

/// <summary>What a repository that is taken over consists of.</summary>
/// <param name="RevOf">The revision that brought a block.</param>
/// <param name="BytesOf">The bytes of a block of the tree.</param>
internal sealed record TakeoverContents(
    TakeoverBatch Records, IReadOnlyCollection<Cid> Nodes, Func<Cid, Tid> RevOf, Func<Cid, byte[]> BytesOf, IReadOnlyList<KeptBlob> Blobs);
