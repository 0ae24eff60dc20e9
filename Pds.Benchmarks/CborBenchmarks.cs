using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using AtProto;
using AtProto.Cbor;
using AtProto.Data;
using BenchmarkDotNet.Attributes;

namespace Pds.Benchmarks;

/// <summary>What a post of usual length costs on its way from JSON to a block and back.</summary>
[MemoryDiagnoser]
public class CborBenchmarks : IDisposable
{
    private const string Text = "A post of a usual length, as people write them when they have a minute to spare and something to say.";

    private readonly CborWriter _writer = new();
    private readonly ArrayBufferWriter<byte> _output = new();
    private readonly byte[] _text = Encoding.UTF8.GetBytes(Text);
    private readonly byte[] _json = Encoding.UTF8.GetBytes(
        $$"""{"$type":"app.bsky.feed.post","text":"{{Text}}","langs":["en"],"createdAt":"2026-03-01T12:00:00.000Z"}""");

    private readonly Utf8JsonWriter _jsonWriter;
    private readonly byte[] _post;

    public CborBenchmarks()
    {
        _post = DataModel.FromJson(_json);
        _jsonWriter = new Utf8JsonWriter(
            _output, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true });
    }

    [GlobalCleanup]
    public void Dispose()
    {
        _writer.Dispose();
        _jsonWriter.Dispose();
        GC.SuppressFinalize(this);
    }

    [Benchmark]
    public int Encode()
    {
        _writer.Reset();
        _writer.WriteMapHeader(4);
        _writer.WriteText("text"u8);
        _writer.WriteText(_text);
        _writer.WriteText("$type"u8);
        _writer.WriteText("app.bsky.feed.post"u8);
        _writer.WriteText("langs"u8);
        _writer.WriteArrayHeader(1);
        _writer.WriteText("en"u8);
        _writer.WriteText("createdAt"u8);
        _writer.WriteText("2026-03-01T12:00:00.000Z"u8);
        return _writer.Length;
    }

    [Benchmark]
    public int Decode()
    {
        var reader = new CborReader(_post);
        var length = 0;
        for (var entries = reader.ReadMapHeader(); entries > 0; entries--)
        {
            length += reader.ReadTextSpan().Length;
            length += reader.PeekKind() == CborKind.Text ? reader.ReadTextSpan().Length : reader.Skip().Length;
        }

        return length;
    }

    [Benchmark]
    public void Validate() => CborValidator.Validate(_post);

    [Benchmark]
    public int FindBlobs() => BlobReferences.Find(_post).Count;

    [Benchmark]
    public Cid Name() => Cid.Compute(CidCodec.DagCbor, _post);

    [Benchmark]
    public int FromJson()
    {
        _writer.Reset();
        DataModel.FromJson(_json, _writer);
        return _writer.Length;
    }

    [Benchmark]
    public long ToJson()
    {
        _output.ResetWrittenCount();
        _jsonWriter.Reset();
        DataModel.WriteJson(_post, _jsonWriter);
        _jsonWriter.Flush();
        return _jsonWriter.BytesCommitted;
    }
}
