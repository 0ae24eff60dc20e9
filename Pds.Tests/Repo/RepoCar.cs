using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using AtProto;
using AtProto.Crypto;
using AtProto.Data;
using AtProto.Repo;
using Pds.Tests.Support;

namespace Pds.Tests.Repo;

/// <summary>A repository as another server would export it.</summary>
internal sealed class RepoCar(Did did)
{
    private static readonly PrivateKey ForeignKey = PrivateKey.Generate(KeyCurve.K256);

    /// <summary>The records by path.</summary>
    public SortedDictionary<string, byte[]> Records { get; } = new(StringComparer.Ordinal);

    public Tid Rev { get; set; } = Tid.FromMicroseconds(1_600_000_000_000_000, 0);

    /// <summary>What the CAR file is made of, for tests that break it: the nodes, the records, and the commit last.</summary>
    public List<Block> Blocks { get; } = [];

    /// <summary>The root of the tree of the last file.</summary>
    public Cid Data { get; private set; }

    public RepoCar Add(string path, JsonNode record)
    {
        Records[path] = DataModel.FromJson(JsonSerializer.SerializeToUtf8Bytes(record));
        return this;
    }

    /// <summary>Adds posts, each of another number.</summary>
    public RepoCar AddPosts(int count, int first = 0)
    {
        for (var i = first; i < first + count; i++)
        {
            Add($"app.bsky.feed.post/{Tid.FromMicroseconds(1_700_000_000_000_000 + i, 0)}", Support.Records.Post($"post {i}"));
        }

        return this;
    }

    /// <summary>Makes the tree and the commit of the records.</summary>
    public RepoCar Build()
    {
        Blocks.Clear();
        var tree = new TreeBuilder(Blocks.Add);
        foreach (var (path, value) in Records)
        {
            var record = new Block(Cid.Compute(CidCodec.DagCbor, value), value);
            tree.Add(Encoding.ASCII.GetBytes(path), record.Cid);
            Blocks.Add(record);
        }

        Data = tree.Build().Root;
        Blocks.Add(new Commit(did, Data, Rev).Sign(ForeignKey).Block);
        return this;
    }

    /// <summary>The file; its root is the last block.</summary>
    public byte[] ToBytes() => Write(Blocks[^1].Cid, Blocks);

    /// <summary>Sends a file to be imported.</summary>
    public static Task<XrpcReply> ImportAsync(XrpcClient caller, byte[] car, bool chunked = false)
    {
        var content = chunked ? (HttpContent)new StreamContent(new MemoryStream(car)) : new ByteArrayContent(car);
        content.Headers.TryAddWithoutValidation("Content-Type", CarWriter.MediaType);
        var request = new HttpRequestMessage(HttpMethod.Post, "/xrpc/com.atproto.repo.importRepo") { Content = content };
        request.Headers.TransferEncodingChunked = chunked;
        return caller.SendAsync(request);
    }

    public static byte[] Write(Cid root, IEnumerable<Block> blocks)
    {
        var file = new ArrayBufferWriter<byte>();
        CarWriter.WriteHeader(file, root);
        foreach (var block in blocks)
        {
            CarWriter.WriteBlock(file, block.Cid, block.Bytes);
        }

        return file.WrittenSpan.ToArray();
    }
}
