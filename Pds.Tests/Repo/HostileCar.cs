using System.Text;
using System.Text.Json.Nodes;
using AtProto;
using AtProto.Cbor;
using AtProto.Crypto;
using AtProto.Data;
using AtProto.Repo;
using Pds.Tests.Protocol;

namespace Pds.Tests.Repo;

/// <summary>Repositories made to hurt whoever imports them.</summary>
internal sealed class HostileCar(Did did)
{
    private static readonly byte[] Empty = [0xa0];

    private readonly Dictionary<Cid, byte[]> _blocks = [];

    public byte[] Make(string how)
    {
        var record = Add(Empty);
        switch (how)
        {
            case "deep and right":
                var car = new RepoCar(did);
                foreach (var depth in (int[])[0, 2, 4, 6, 8])
                {
                    car.Add($"com.example.deep/{KeyOf(depth)}", new JsonObject());
                }

                return car.Build().ToBytes();
            case "deeper than keys can be":
                // Layers lead down to a key of the lowest one, many times farther than its parent is high.
                var leaf = Node(null, (Path(0, "a"), record, null));
                return Finish(Node(Chain(leaf, 127), (Path(1, "b"), record, null)));
            case "a hundred thousand empty layers":
                return Finish(Chain(Node(null, (Path(0, "a"), record, null)), 100_000));
            case "below where it belongs":
                var twice = Node(null, (Path(0, "b"), record, null));
                return Finish(Node(twice, (Path(1, "a"), record, null)));
            case "the same below everything":
                var shared = Node(null, (Path(0, "m"), record, null));
                return Finish(Node(shared, (Path(1, "n"), record, shared), (Path(1, "o"), record, shared)));
            case "a node that leads to itself":
                // No hash can be known before what it is of, so the name has to be a wrong one.
                var name = Cid.Compute(CidCodec.DagCbor, "round"u8);
                _blocks[name] = _blocks[Node(name, (Path(1, "b"), record, null))];
                return Finish(name);
            case "ten million entries that are not there":
                return Finish(Add([0xa2, 0x61, (byte)'e', 0x9a, 0x00, 0x98, 0x96, 0x80, 0x61, (byte)'l', 0xf6]));
            case "thirty thousand entries of one node":
                return Wide(18_000);
            case "more roots than bytes":
                byte[] header = [0xa2, 0x65, .. "roots"u8, 0x9a, 0x7f, 0xff, 0xff, 0xff, 0x67, .. "version"u8, 1];
                return [(byte)header.Length, .. header];
            case "a section of four gigabytes":
                return [.. RepoCar.Write(record, []), 0xff, 0xff, 0xff, 0xff, 0x0f];
            case "a hundred thousand blocks of nothing":
                for (var i = 0; i < 100_000; i++)
                {
                    var bytes = BitConverter.GetBytes(i);
                    _blocks[Cid.Compute(CidCodec.Raw, bytes)] = bytes;
                }

                return Finish(Node(null, (Path(0, "a"), record, null)));
            case "one record at ten thousand paths":
                var large = DataModel.FromJson(Encoding.UTF8.GetBytes($$"""{"text": "{{new string('x', 900_000)}}"}"""));
                return Many(10_000, large);
            default:
                var blobs = Enumerable.Range(0, 10_000).Select(i =>
                    $$"""{"$type":"blob","ref":{"$link":"{{Cid.Compute(CidCodec.Raw, BitConverter.GetBytes(i))}}"},"mimeType":"a/b","size":1}""");
                return Many(1, DataModel.FromJson(Encoding.UTF8.GetBytes($$"""{"all": [{{string.Join(',', blobs.Take(6_500))}}]}""")));
        }
    }

    private byte[] Many(int count, byte[] value)
    {
        var car = new RepoCar(did);
        for (var i = 0; i < count; i++)
        {
            car.Records.Add($"com.example.many/{i:d6}", value);
        }

        return RepoCar.Write(car.Build().Blocks[^1].Cid, car.Blocks.DistinctBy(block => block.Cid));
    }

    // Keys of the lowest layer only: one node has them all.
    private byte[] Wide(int count)
    {
        var record = Add(Empty);
        var paths = Enumerable.Range(0, 2 * count).Select(i => $"com.example.wide/{i:d6}").Where(path => NaiveTree.Depth(path) == 0).Take(count);
        return Finish(Node(null, [.. paths.Select(path => (path, record, (Cid?)null))]));
    }

    private Cid Chain(Cid bottom, int length)
    {
        for (var i = 0; i < length; i++)
        {
            bottom = Node(bottom);
        }

        return bottom;
    }

    private byte[] Finish(Cid root)
    {
        var commit = new Commit(did, root, Tid.FromMicroseconds(1_600_000_000_000_000, 0)).Sign(PrivateKey.Generate(KeyCurve.K256)).Block;
        return RepoCar.Write(commit.Cid, [.. _blocks.Select(block => new Block(block.Key, block.Value)), commit]);
    }

    private Cid Add(byte[] bytes)
    {
        var cid = Cid.Compute(CidCodec.DagCbor, bytes);
        _blocks[cid] = bytes;
        return cid;
    }

    private Cid Node(Cid? left, params (string Path, Cid Value, Cid? Right)[] entries)
    {
        using var writer = new CborWriter();
        writer.WriteMapHeader(2);
        writer.WriteText("e");
        writer.WriteArrayHeader(entries.Length);
        var previous = "";
        foreach (var (path, value, right) in entries)
        {
            var prefix = previous.Zip(path).TakeWhile(pair => pair.First == pair.Second).Count();
            writer.WriteMapHeader(4);
            writer.WriteText("k");
            writer.WriteBytes(Encoding.ASCII.GetBytes(path).AsSpan(prefix));
            writer.WriteText("p");
            writer.WriteInt64(prefix);
            writer.WriteText("t");
            WriteLink(writer, right);
            writer.WriteText("v");
            writer.WriteCid(value);
            previous = path;
        }

        writer.WriteText("l");
        WriteLink(writer, left);
        return Add(writer.ToArray());
    }

    private static void WriteLink(CborWriter writer, Cid? link)
    {
        if (link is { } cid)
        {
            writer.WriteCid(cid);
        }
        else
        {
            writer.WriteNull();
        }
    }

    /// <summary>A path of a depth, in a collection whose name decides its place.</summary>
    private static string Path(int depth, string place) =>
        Enumerable.Range(0, int.MaxValue).Select(i => $"com.example.{place}/{i:d7}").First(path => NaiveTree.Depth(path) == depth);

    private static string KeyOf(int depth) => Path(depth, "deep").Split('/')[1];
}
