using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Text;
using AtProto;

namespace Pds.Cli.Backup;

/// <summary>A blob as a saved row of <c>repo.blob</c> tells of it.</summary>
internal sealed record SavedBlob(Cid Cid, string MediaType, long Size, string StorageKey)
{
    /// <summary>Reads all of a backup.</summary>
    /// <exception cref="InvalidDataException">A chunk is missing or broken.</exception>
    public static async IAsyncEnumerable<SavedBlob> ReadAsync(
        BackupManifest manifest, ChunkStore chunks, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var table = manifest.Tables.Single(table => table is { Schema: "repo", Name: "blob" });
        var (cid, type) = (Array.IndexOf(table.Columns, "cid"), Array.IndexOf(table.Columns, "mime_type"));
        var (size, key) = (Array.IndexOf(table.Columns, "size"), Array.IndexOf(table.Columns, "storage_key"));
        foreach (var chunk in table.Chunks)
        {
            ReadOnlyMemory<byte> rows = await chunks.ReadAsync(chunk, cancellationToken)
                ?? throw new InvalidDataException($"The chunk {chunk.Hash} of repo.blob is missing or broken.");
            while (!rows.IsEmpty)
            {
                var row = CopyFormat.TakeRow(ref rows);
                yield return new SavedBlob(
                    Cid.TryRead(row[cid], out var name) ? name : throw new InvalidDataException("A saved CID is malformed."),
                    Encoding.UTF8.GetString(row[type]!), BinaryPrimitives.ReadInt64BigEndian(row[size]), Encoding.UTF8.GetString(row[key]!));
            }
        }
    }
}
