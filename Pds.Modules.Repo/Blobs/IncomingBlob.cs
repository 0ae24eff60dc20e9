using System.Buffers;
using System.IO.Pipelines;
using System.Security.Cryptography;
using AtProto;
using Pds.Xrpc;

namespace Pds.Modules.Repo.Blobs;

/// <summary>A blob while it is being received: hashed, counted and sniffed on its way to a file that is gone unless kept.</summary>
internal sealed class IncomingBlob : IAsyncDisposable
{
    private readonly string _path;
    private readonly FileStream _file;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly byte[] _head = new byte[MediaType.SampleSize];
    private int _headLength;
    private bool _kept;

    internal IncomingBlob(string path)
    {
        _path = path;
        _file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.Read | FileShare.Delete, 1, FileOptions.Asynchronous);
    }

    /// <summary>Bytes received.</summary>
    public long Size { get; private set; }

    /// <summary>Receives all of the body and puts it on disk.</summary>
    /// <exception cref="XrpcException"><c>PayloadTooLarge</c>: more than <paramref name="limit"/> bytes.</exception>
    public async Task ReceiveAsync(PipeReader body, long limit, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(body);
        while (true)
        {
            var read = await body.ReadAsync(cancellationToken);
            try
            {
                await TakeAsync(read.Buffer, limit, cancellationToken);
            }
            finally
            {
                body.AdvanceTo(read.Buffer.End);
            }

            if (read.IsCompleted)
            {
                break;
            }
        }

        // The answer promises that the blob is there: not before the disk has it.
        _file.Flush(flushToDisk: true);
    }

    /// <summary>The blob's CID, once all has been received.</summary>
    public Cid Finish()
    {
        Span<byte> digest = stackalloc byte[SHA256.HashSizeInBytes];
        _hash.GetHashAndReset(digest);
        return Cid.FromDigest(CidCodec.Raw, digest);
    }

    /// <summary>The type to store, from the bytes and what the client said.</summary>
    public string MediaTypeOf(string? declared) => MediaType.Decide(_head.AsSpan(0, _headLength), declared);

    /// <summary>Opens what was received, to be copied to where blobs are kept.</summary>
    internal FileStream OpenRead() =>
        new(_path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, 1, FileOptions.Asynchronous | FileOptions.SequentialScan);

    /// <summary>Closes the file and gives it its final place.</summary>
    internal void MoveTo(string path)
    {
        _file.Dispose();
        File.Move(_path, path);
        _kept = true;
    }

    public async ValueTask DisposeAsync()
    {
        await _file.DisposeAsync();
        _hash.Dispose();
        if (!_kept)
        {
            File.Delete(_path);
        }
    }

    private async Task TakeAsync(ReadOnlySequence<byte> buffer, long limit, CancellationToken cancellationToken)
    {
        Size += buffer.Length;
        if (Size > limit)
        {
            throw XrpcErrors.PayloadTooLarge();
        }

        foreach (var part in buffer)
        {
            Sample(part.Span);
            _hash.AppendData(part.Span);
            await _file.WriteAsync(part, cancellationToken);
        }
    }

    private void Sample(ReadOnlySpan<byte> part)
    {
        var take = Math.Min(part.Length, _head.Length - _headLength);
        part[..take].CopyTo(_head.AsSpan(_headLength));
        _headLength += take;
    }
}
