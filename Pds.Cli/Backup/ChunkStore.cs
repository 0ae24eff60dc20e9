using System.IO.Compression;
using System.Security.Cryptography;

namespace Pds.Cli.Backup;

/// <summary>The chunks of all backups of a target: each once, under its hash, compressed.</summary>
internal sealed class ChunkStore(IBackupTarget target)
{
    /// <summary>The folder they are in.</summary>
    public const string Folder = "chunks";

    // Hashes and signatures are most of it, and do not get smaller.
    private const int Quality = 3;
    private const int Window = 22;
    private const int WritesAtOnce = 8;

    private readonly HashSet<string> _known = new(StringComparer.Ordinal);
    private readonly List<Task> _writes = [];
    private long _written;
    private long _writtenBytes;

    /// <summary>How many were not there before.</summary>
    public long Written => _written;

    /// <summary>What they take, compressed, in bytes.</summary>
    public long WrittenBytes => _writtenBytes;

    /// <summary>Finds out what is there; it is not written again.</summary>
    public async Task OpenAsync(CancellationToken cancellationToken)
    {
        await foreach (var name in target.ListAsync(Folder, cancellationToken))
        {
            _known.Add(Path.GetFileName(name));
        }
    }

    /// <summary>Sees to it that rows will be there after <see cref="FinishAsync"/>.</summary>
    public async Task<SavedChunk> AddAsync(ReadOnlyMemory<byte> rows, CancellationToken cancellationToken)
    {
        var hash = Convert.ToHexStringLower(SHA256.HashData(rows.Span));
        if (_known.Add(hash))
        {
            if (_writes.Count >= WritesAtOnce)
            {
                var done = await Task.WhenAny(_writes);
                _writes.Remove(done);
                await done;
            }

            _writes.Add(WriteAsync(hash, Compress(rows.Span), cancellationToken));
        }

        return new SavedChunk(hash, rows.Length);
    }

    public async Task FinishAsync()
    {
        await Task.WhenAll(_writes);
        _writes.Clear();
    }

    /// <summary>Reads a chunk back; null when it is not there or not what it was.</summary>
    public async Task<byte[]?> ReadAsync(SavedChunk chunk, CancellationToken cancellationToken)
    {
        await using var file = await target.OpenAsync(NameOf(chunk.Hash), cancellationToken);
        if (file is null)
        {
            return null;
        }

        var rows = new byte[chunk.Size];
        try
        {
            await using var plain = new BrotliStream(file, CompressionMode.Decompress);
            await plain.ReadExactlyAsync(rows, cancellationToken);
        }
        catch (Exception failure) when (failure is InvalidDataException or InvalidOperationException or EndOfStreamException)
        {
            return null;
        }

        return Convert.ToHexStringLower(SHA256.HashData(rows)) == chunk.Hash ? rows : null;
    }

    public static string NameOf(string hash) => $"{Folder}/{hash[..2]}/{hash}";

    private static byte[] Compress(ReadOnlySpan<byte> rows)
    {
        var compressed = new byte[BrotliEncoder.GetMaxCompressedLength(rows.Length)];
        return BrotliEncoder.TryCompress(rows, compressed, out var length, Quality, Window)
            ? compressed[..length]
            : throw new InvalidOperationException("Rows could not be compressed.");
    }

    private async Task WriteAsync(string hash, byte[] compressed, CancellationToken cancellationToken)
    {
        using var content = new MemoryStream(compressed);
        await target.WriteAsync(NameOf(hash), content, cancellationToken);
        Interlocked.Increment(ref _written);
        Interlocked.Add(ref _writtenBytes, compressed.Length);
    }
}
