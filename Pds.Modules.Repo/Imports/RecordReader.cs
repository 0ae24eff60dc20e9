using System.Text;
using AtProto;
using AtProto.Cbor;
using AtProto.Data;
using AtProto.Repo;
using Pds.Modules.Repo.Commits;
using Pds.Xrpc;

namespace Pds.Modules.Repo.Imports;

/// <summary>
/// Reads the records of a foreign repository. Their bytes stay as they are, and no schema is asked: they are what the account
/// published elsewhere. Only what could not be served again is refused.
/// </summary>
/// <param name="maxBytes">The most bytes that all records come to. Many paths may name one block, and each would keep it.</param>
internal sealed class RecordReader(ImportedBlocks blocks, long maxBytes)
{
    // The protocol's ceiling for a record, above what is accepted of those who write here.
    private const int MaxRecordBytes = 1 << 20;

    private Nsid? _collection;
    private long _bytes;

    /// <summary>Adds what one difference between the trees comes to.</summary>
    /// <exception cref="XrpcException">The path is none of a record, or its block is missing or cannot be read.</exception>
    public void AddTo(ImportBatch batch, TreeDiff diff)
    {
        var slash = diff.Key.IndexOf((byte)'/');
        var path = Encoding.ASCII.GetString(diff.Key);
        var (collection, rkey) = (ReadCollection(path, slash), path[(slash + 1)..]);
        if (diff.After is not { } cid)
        {
            batch.Deleted.Add((collection.Value, rkey));
            return;
        }

        if (!RecordKey.TryParse(rkey, out _))
        {
            throw Refuse(path);
        }

        var value = blocks.Find(cid);
        if (value is null || value.Length > MaxRecordBytes || !IsRecord(value))
        {
            throw Refuse(path);
        }

        _bytes += value.Length;
        if (_bytes > maxBytes)
        {
            throw XrpcErrors.PayloadTooLarge($"The records of the repository come to more than {maxBytes} bytes");
        }

        var row = new ImportBatch.Row(collection.Value, rkey, RecordLink.Hash(collection, value), cid, value);
        batch.Add(row, isNew: diff.Before is null, BlobReferences.Find(value));
    }

    private Nsid ReadCollection(string path, int slash)
    {
        // Paths come in order: one collection follows another.
        if (_collection is not { } collection || !path.AsSpan(0, slash).SequenceEqual(collection.Value))
        {
            _collection = collection = Nsid.TryParse(path[..slash], out var next) ? next : throw Refuse(path);
        }

        return collection;
    }

    private static bool IsRecord(byte[] value)
    {
        try
        {
            var reader = new CborReader(value);
            if (reader.PeekKind() != CborKind.Map)
            {
                return false;
            }

            reader.Skip(CborLimits.Default.MaxDepth);
            return reader.IsAtEnd;
        }
        catch (CborException)
        {
            return false;
        }
    }

    private static XrpcException Refuse(string path) => XrpcErrors.InvalidRequest($"Could not parse record at '{path}'");
}
