using System.IO.Pipelines;
using System.Security.Cryptography;
using AtProto;
using Pds.Xrpc;

namespace Pds.Modules.Repo.Blobs;

/// <summary>The blob store as the command line needs it: to save it, to bring it back, and to see whether it works.</summary>
public sealed class BlobArchive
{
    private readonly IncomingBlobs _incoming;
    private readonly IBlobStorage _storage;

    internal BlobArchive(IncomingBlobs incoming, IBlobStorage storage) => (_incoming, _storage) = (incoming, storage);

    /// <summary>Opens a blob's bytes; null when there are none. See <see cref="IBlobStorage.OpenAsync"/>.</summary>
    public Task<Stream?> OpenAsync(string key, long size, CancellationToken cancellationToken) =>
        _storage.OpenAsync(key, size, cancellationToken);

    /// <summary>Whether there are bytes under a key.</summary>
    public async Task<bool> ContainsAsync(string key, long size, CancellationToken cancellationToken)
    {
        try
        {
            await using var there = await _storage.OpenAsync(key, size, cancellationToken);
            return there is not null && (size == 0 || await there.ReadAsync(new byte[1], cancellationToken) == 1);
        }
        catch (XrpcException)
        {
            return false;
        }
    }

    /// <summary>Keeps bytes under a key.</summary>
    /// <exception cref="InvalidDataException">They are not those of the CID.</exception>
    public async Task KeepAsync(string key, Cid cid, string mediaType, Stream bytes, CancellationToken cancellationToken)
    {
        await using var copy = _incoming.Create();
        await copy.ReceiveAsync(PipeReader.Create(bytes), long.MaxValue, cancellationToken);
        if (copy.Finish() != cid)
        {
            throw new InvalidDataException($"The bytes for {key} are not those of {cid}.");
        }

        await _storage.KeepAsync(key, copy, mediaType, cancellationToken);
    }

    /// <summary>Keeps, reads and deletes a few bytes, as an upload would.</summary>
    /// <exception cref="IOException">What was read is not what was kept, or the disk refuses it.</exception>
    public async Task TryAsync(CancellationToken cancellationToken)
    {
        var bytes = RandomNumberGenerator.GetBytes(32);
        var key = $"doctor/{Guid.CreateVersion7():N}";
        using (var source = new MemoryStream(bytes))
        {
            await KeepAsync(key, Cid.Compute(CidCodec.Raw, bytes), MediaType.Unknown, source, cancellationToken);
        }

        var read = new byte[bytes.Length];
        await using (var stream = await _storage.OpenAsync(key, bytes.Length, cancellationToken) ?? throw new IOException("What was kept is not there."))
        {
            await stream.ReadExactlyAsync(read, cancellationToken);
        }

        await _storage.DeleteAsync([key], cancellationToken);
        if (!read.AsSpan().SequenceEqual(bytes))
        {
            throw new IOException("What was read is not what was kept.");
        }
    }
}
