using System.IO.Compression;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;
using Microsoft.Net.Http.Headers;

namespace Pds.Xrpc;

/// <summary>
/// A response body that holds back its first bytes until it is clear whether compressing them is worth while: the answer
/// ends, is flushed, or outgrows the threshold.
/// </summary>
internal sealed class CompressedBody(HttpResponse response, IHttpResponseBodyFeature inner, string encoding)
    : Stream, IHttpResponseBodyFeature
{
    private const int Threshold = 1024;

    private readonly byte[] _held = new byte[Threshold];
    private int _heldLength;
    private bool _isDecided;
    private bool _isEnded;
    private Stream? _compressor;
    private PipeWriter? _writer;

    public Stream Stream => this;

    public PipeWriter Writer => _writer ??= PipeWriter.Create(this, new StreamPipeWriterOptions(leaveOpen: true));

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (!_isDecided && response.ContentLength is null && _heldLength + buffer.Length <= Threshold)
        {
            buffer.CopyTo(_held.AsMemory(_heldLength));
            _heldLength += buffer.Length;
            return;
        }

        await DecideAsync(response.ContentLength is null or > Threshold, cancellationToken);
        await (_compressor ?? inner.Stream).WriteAsync(buffer, cancellationToken);
    }

    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override async Task FlushAsync(CancellationToken cancellationToken)
    {
        await DecideAsync(compress: false, cancellationToken);
        await (_compressor ?? inner.Stream).FlushAsync(cancellationToken);
    }

    /// <summary>Sends what is held and the compressor's last bytes.</summary>
    public async Task FinishAsync()
    {
        if (_writer is not null)
        {
            await _writer.CompleteAsync();
        }

        if (!_isDecided && _heldLength == 0)
        {
            return;
        }

        _isEnded = true;
        await DecideAsync(compress: false, CancellationToken.None);
        if (_compressor is { } compressor)
        {
            _compressor = null;
            await compressor.DisposeAsync();
        }
    }

    public async Task StartAsync(CancellationToken cancellationToken = default)
    {
        await DecideAsync(response.ContentLength is null or > Threshold, cancellationToken);
        await inner.StartAsync(cancellationToken);
    }

    public async Task CompleteAsync()
    {
        await FinishAsync();
        await inner.CompleteAsync();
    }

    public Task SendFileAsync(string path, long offset, long? count, CancellationToken cancellationToken = default) =>
        SendFileFallback.SendFileAsync(this, path, offset, count, cancellationToken);

    public void DisableBuffering() => inner.DisableBuffering();

    public override async ValueTask DisposeAsync()
    {
        if (_compressor is not null)
        {
            // An exception is on its way; its answer must not get the remains of this one.
            await _compressor.DisposeAsync();
        }

        await base.DisposeAsync();
    }

    private async ValueTask DecideAsync(bool compress, CancellationToken cancellationToken)
    {
        if (_isDecided)
        {
            return;
        }

        _isDecided = true;
        if (compress && IsCompressible())
        {
            response.Headers.ContentEncoding = encoding;
            response.ContentLength = null;
            response.Headers.Remove(HeaderNames.ETag);
            response.Headers.Vary = StringValues.Concat(response.Headers.Vary, HeaderNames.AcceptEncoding);
            _compressor = encoding == "br"
                ? new BrotliStream(inner.Stream, CompressionLevel.Fastest, leaveOpen: true)
                : new GZipStream(inner.Stream, CompressionLevel.Fastest, leaveOpen: true);
        }
        else if (response is { HasStarted: false, ContentLength: null } && _isEnded)
        {
            response.ContentLength = _heldLength;
        }

        if (_heldLength > 0)
        {
            await (_compressor ?? inner.Stream).WriteAsync(_held.AsMemory(0, _heldLength), cancellationToken);
        }
    }

    private bool IsCompressible() =>
        response.Headers.ContentEncoding.Count == 0
        && response.ContentType is { } type
        && (type.StartsWith("application/json", StringComparison.OrdinalIgnoreCase)
            || type.StartsWith("text/", StringComparison.OrdinalIgnoreCase)
            || type.StartsWith("application/did+ld+json", StringComparison.OrdinalIgnoreCase)
            || type.StartsWith("image/svg+xml", StringComparison.OrdinalIgnoreCase));

    public override void Flush() => throw new NotSupportedException("Write asynchronously.");

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("Write asynchronously.");
}
