using AtProto;
using AtProto.Data;

namespace Pds.Modules.Repo.Imports;

/// <summary>Some changes of an import, as they are written together.</summary>
internal sealed class ImportBatch
{
    private const int MaxRows = 2000;
    private const int MaxBytes = 2 << 20;

    private readonly HashSet<Cid> _named = [];
    private int _bytes;

    public List<Row> Created { get; } = [];

    public List<Row> Updated { get; } = [];

    public List<(string Collection, string Rkey)> Deleted { get; } = [];

    /// <summary>The blobs that created and updated records name; each once for a record.</summary>
    public List<(Cid Blob, string Collection, string Rkey)> BlobUses { get; } = [];

    public bool IsFull => Created.Count + Updated.Count + Deleted.Count + BlobUses.Count >= MaxRows || _bytes >= MaxBytes;

    /// <summary>Adds a record that is new, or has a new value.</summary>
    public void Add(in Row row, bool isNew, List<BlobReference> blobs)
    {
        (isNew ? Created : Updated).Add(row);
        _bytes += row.Value.Length;
        _named.Clear();
        foreach (var blob in blobs)
        {
            if (_named.Add(blob.Cid))
            {
                BlobUses.Add((blob.Cid, row.Collection, row.Rkey));
            }
        }
    }

    public void Clear()
    {
        Created.Clear();
        Updated.Clear();
        Deleted.Clear();
        BlobUses.Clear();
        _bytes = 0;
    }

    /// <param name="Link">See <see cref="Commits.RecordLink"/>.</param>
    internal readonly record struct Row(string Collection, string Rkey, long? Link, Cid Cid, byte[] Value);
}
