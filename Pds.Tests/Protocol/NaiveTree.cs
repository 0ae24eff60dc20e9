using System.Security.Cryptography;
using System.Text;
using AtProto;
using AtProto.Cbor;

namespace Pds.Tests.Protocol;

/// <summary>The tree as the specification defines it, built from all keys without regard to cost: what ours is held against.</summary>
internal sealed class NaiveTree
{
    public NaiveTree(SortedDictionary<string, Cid> entries)
    {
        var layer = entries.Count == 0 ? 0 : entries.Keys.Max(Depth);
        Root = Node([.. entries], layer);
    }

    public Cid Root { get; }

    public Dictionary<Cid, byte[]> Nodes { get; } = [];

    public static int Depth(string key)
    {
        var bits = string.Concat(SHA256.HashData(Encoding.ASCII.GetBytes(key)).Select(octet => octet.ToString("b8", null)));
        return bits.IndexOf('1', StringComparison.Ordinal) / 2;
    }

    private Cid Node(KeyValuePair<string, Cid>[] entries, int layer)
    {
        var own = Enumerable.Range(0, entries.Length).Where(i => Depth(entries[i].Key) == layer).ToList();
        using var writer = new CborWriter();
        writer.WriteMapHeader(2);
        writer.WriteText("e");
        writer.WriteArrayHeader(own.Count);
        var previous = "";
        for (var i = 0; i < own.Count; i++)
        {
            var (key, value) = entries[own[i]];
            var shared = key.Zip(previous).TakeWhile(pair => pair.First == pair.Second).Count();
            writer.WriteMapHeader(4);
            writer.WriteText("k");
            writer.WriteBytes(Encoding.ASCII.GetBytes(key[shared..]));
            writer.WriteText("p");
            writer.WriteInt64(shared);
            writer.WriteText("t");
            WriteLink(writer, entries[(own[i] + 1)..(i + 1 < own.Count ? own[i + 1] : entries.Length)], layer);
            writer.WriteText("v");
            writer.WriteCid(value);
            previous = key;
        }

        writer.WriteText("l");
        WriteLink(writer, entries[..(own.Count > 0 ? own[0] : entries.Length)], layer);

        var bytes = writer.ToArray();
        var cid = Cid.Compute(CidCodec.DagCbor, bytes);
        Nodes[cid] = bytes;
        return cid;
    }

    private void WriteLink(CborWriter writer, KeyValuePair<string, Cid>[] below, int layer)
    {
        if (below.Length == 0)
        {
            writer.WriteNull();
        }
        else
        {
            writer.WriteCid(Node(below, layer - 1));
        }
    }
}
