using System.Text;
using System.Text.Json;
using AtProto;
using AtProto.Cbor;
using AtProto.Data;
using AtProto.Repo;
using AtProto.Stream;

namespace Pds.Tests.Protocol;

/// <summary>Real inputs, broken at random: only the documented exceptions come, and memory stays near the size of the input.</summary>
public sealed class MutationTests
{
    private readonly Mutations _mutations = new();

    [Fact]
    public void Broken_frames_and_their_files_are_refused_within_bounds()
    {
        var frames = Samples("reference/stream-frames.json", "frameHex").Select(Convert.FromHexString).ToList();

        _mutations.Run(frames, 20_000, (bytes, _) => WithinBounds(bytes, () => Tolerate<FormatException>(() =>
        {
            if (FrameDecoder.Decode(bytes) is CommitMessage commit)
            {
                CarReader.ReadAll(commit.Blocks);
            }
        })));
    }

    [Fact]
    public void Broken_values_are_refused_within_bounds_and_by_every_reader_alike()
    {
        var values = Samples("reference/stream-frames.json", "frameHex").Select(hex => Convert.FromHexString(hex)).Select(Body).ToList();

        _mutations.Run(values, 20_000, (bytes, _) => WithinBounds(bytes, () =>
        {
            var isValid = CborValidator.IsValid(bytes);
            var thrown = Record.Exception(() => CborValidator.Validate(bytes));
            Assert.Equal(isValid, thrown is null);
            Assert.True(thrown is null or CborException, thrown?.ToString());
            SignedCommit.TryDecode(bytes, out var _);
            Tolerate<CborException>(() => ToJson(bytes));
        }));
    }

    [Fact]
    public void Broken_files_are_refused_within_bounds()
    {
        var tree = Sample();
        Block[] blocks = [.. Trees.Nodes(tree).Select(node => new Block(node.Key, node.Value))];
        byte[][] files = [CarWriter.Encode(tree.Root, blocks), CarWriter.Encode(tree.Root, blocks.AsSpan(0, 1)), CarWriter.Encode(default, [])];

        _mutations.Run(files, 5_000, (bytes, _) => WithinBounds(bytes, () => Tolerate<CarException>(() => CarReader.ReadAll(bytes))));
    }

    [Fact]
    public void A_tree_with_a_broken_node_is_refused_or_the_tree_of_its_keys()
    {
        var nodes = Trees.Nodes(Sample());
        List<byte[]> samples = [.. nodes.Values];

        _mutations.Run(samples, 5_000, (_, dice) =>
        {
            var blocks = new Dictionary<Cid, byte[]>(nodes);
            var (old, bytes) = nodes.ElementAt(dice.Next(nodes.Count));
            bytes = Mutations.Mutate(bytes, samples, dice);
            Tolerate<TreeException>(() => AssertCanonical(Replace(blocks, old, bytes), blocks));
        });
    }

    [Fact]
    public void Broken_records_are_refused_or_come_back_as_they_were()
    {
        List<byte[]> records = [.. JsonDocument.Parse(File.ReadAllBytes(Vectors.PathOf("data-model/data-model-fixtures.json")))
            .RootElement.EnumerateArray().Select(fixture => Encoding.UTF8.GetBytes(fixture.GetProperty("json").GetRawText()))];

        _mutations.Run(records, 20_000, (json, _) => WithinBounds(json, () => Tolerate<DataException>(() =>
        {
            var cbor = DataModel.FromJson(json);
            CborValidator.Validate(cbor);
            Assert.Equal(cbor, DataModel.FromJson(ToJson(cbor)));
        })));
    }

    [Fact]
    public void Broken_identifiers_are_refused_or_read_again_as_the_same()
    {
        List<byte[]> texts = [.. Directory.EnumerateFiles(Vectors.PathOf("syntax"), "*.txt").SelectMany(File.ReadLines).Select(Encoding.UTF8.GetBytes)];

        _mutations.Run(texts, 20_000, (bytes, _) => WithinBounds(bytes, () =>
        {
            var text = Encoding.UTF8.GetString(bytes);
            AssertStable<Did>(text);
            AssertStable<Handle>(text);
            AssertStable<Nsid>(text);
            AssertStable<RecordKey>(text);
            AssertStable<Tid>(text);
            AssertStable<AtUri>(text);
            AssertStable<AtIdentifier>(text);
            AssertStable<Cid>(text);
            AtDatetime.IsValid(text);
            Language.IsValid(text);
            UriSyntax.IsValid(text);
        }));
    }

    private static MerkleTree Sample() => Trees.Build(Enumerable.Range(0, 150).Select(i =>
        ($"app.bsky.feed.post/{i:d6}", Cid.Compute(CidCodec.DagCbor, [(byte)i]))));

    private static List<string> Samples(string file, string property) =>
        [.. JsonDocument.Parse(File.ReadAllBytes(Vectors.PathOf(file))).RootElement.EnumerateArray()
            .Select(sample => sample.GetProperty(property).GetString()!)];

    private static byte[] Body(byte[] frame)
    {
        var reader = new CborReader(frame);
        reader.Skip();
        return frame[reader.Position..];
    }

    private static byte[] ToJson(byte[] cbor)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            DataModel.WriteJson(cbor, json);
        }

        return stream.ToArray();
    }

    // Gives a node other bytes, and every node above it the new name; returns the new root.
    private static Cid Replace(Dictionary<Cid, byte[]> blocks, Cid old, byte[] bytes)
    {
        var cid = Cid.Compute(CidCodec.DagCbor, bytes);
        blocks.Remove(old);
        blocks[cid] = bytes;
        var name = old.ToBytes();
        foreach (var (parent, content) in blocks)
        {
            if (parent != cid && content.AsSpan().IndexOf(name) is >= 0 and var at)
            {
                byte[] renamed = [.. content];
                cid.WriteTo(renamed.AsSpan(at));
                return Replace(blocks, parent, renamed);
            }
        }

        return cid;
    }

    private static void AssertCanonical(Cid root, Dictionary<Cid, byte[]> blocks)
    {
        var cursor = MerkleTree.FromBlocks(root, blocks).GetCursor();
        List<(string, Cid)> entries = [];
        var step = cursor.Read();
        for (; step is TreeStep.Entry; step = cursor.Read())
        {
            entries.Add((Encoding.ASCII.GetString(cursor.Key), cursor.Value));
        }

        if (step is TreeStep.End)
        {
            Assert.Equal(root, Trees.Build(entries).Root);
        }
    }

    private static void AssertStable<T>(string text)
        where T : IParsable<T>
    {
        if (T.TryParse(text, null, out var value))
        {
            Assert.Equal(value, T.Parse(value.ToString()!, null));
        }
    }

    private static void Tolerate<T>(Action act)
        where T : Exception
    {
        try
        {
            act();
        }
        catch (T)
        {
            // Documented: the input is refused.
        }
    }

    // Exceptions and JSON have a price of their own; lengths that an input claims have none.
    private static void WithinBounds(byte[] input, Action act)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        act();
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 500_000 + (100L * input.Length));
    }
}
