using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using AtProto;
using AtProto.Crypto;
using AtProto.Repo;
using AtProto.Stream;
using Pds.Modules.Repo.Imports;
using Pds.Tests.Fuzzing.Forms;
using Pds.Tests.Repo;
using Pds.Xrpc;

namespace Pds.Tests.Fuzzing.Targets;

/// <summary>Repositories, and what is told of them.</summary>
internal static class RepositoryTargets
{
    private static readonly PrivateKey Key = Samples.Key();

    private static readonly ImportSlots Slots = new();

    public static IEnumerable<FuzzTarget> All =>
    [
        new("CAR files", CarForm.Instance, CheckCar, Samples.Repositories),
        new("tree nodes", CarForm.Instance, CheckTree, Samples.Trees),
        new("commits", CborForm.Instance, CheckCommit, Samples.Commits),
        new("proofs", CarForm.Instance, CheckProof, Samples.Repositories),
        new("imports", CarForm.Instance, CheckImport, Samples.Repositories) { Allowance = 600_000 },
        new("frames", CborForm.Instance, CheckFrame, Samples.Frames),
    ];

    // However the bytes arrive, the same comes out; and what comes out can be written and read again.
    private static void CheckCar(byte[] input) => Checks.Accepts<CarException>(() =>
    {
        Car car = default!;
        var isWhole = Checks.Accepts<CarException>(() => car = CarReader.ReadAll(input));
        List<Block> blocks = [];
        var reader = new CarReader();
        var isWholeInPieces = Checks.Accepts<CarException>(() => ReadInPieces(reader, input, blocks));
        Assert.Equal(isWhole, isWholeInPieces);
        if (isWhole)
        {
            Assert.Equal(car.Roots, reader.Roots!);
            Assert.Equal(car.Blocks.Keys.Order(), blocks.Select(block => block.Cid).Distinct().Order());
            Assert.Equal(car.Blocks.Count, CarReader.ReadAll(RepoCar.Write(default, blocks)).Blocks.Count);
        }
    });

    private static void ReadInPieces(CarReader reader, byte[] input, List<Block> blocks)
    {
        var rest = ReadOnlySequence<byte>.Empty;
        for (var at = 0; at < input.Length; at += 61)
        {
            rest = new ReadOnlySequence<byte>([.. rest.ToArray(), .. input.AsSpan(at, Math.Min(61, input.Length - at))]);
            while (reader.TryRead(ref rest, out var block))
            {
                blocks.Add(block);
            }
        }

        reader.Complete(rest);
    }

    // A tree that can be read is the one tree of its keys, and changes of it are what their difference says.
    private static void CheckTree(byte[] input) => Checks.Accepts<TreeException>(() =>
    {
        Car car = default!;
        if (!Checks.Accepts<CarException>(() => car = CarReader.ReadAll(input)) || car.Roots is not [var root, ..])
        {
            return;
        }

        List<(string Key, Cid Value)> entries = [];
        var cursor = MerkleTree.FromBlocks(root, car.Blocks).GetCursor();
        for (var step = cursor.Read(); step != TreeStep.End; step = cursor.Read())
        {
            if (step == TreeStep.Missing)
            {
                return;
            }

            entries.Add((Encoding.ASCII.GetString(cursor.Key), cursor.Value));
        }

        Assert.Equal(root, Protocol.Trees.Build(entries).Root);
        var diff = new TreeDiff(MerkleTree.Empty.Root, root, cid => car.Blocks.GetValueOrDefault(cid));
        var added = 0;
        while (diff.Read())
        {
            added++;
        }

        Assert.Equal(entries.Count, added);
        if (entries.Count > 0)
        {
            var less = MerkleTree.FromBlocks(root, car.Blocks).Delete(entries[^1].Key)!;
            Assert.Equal(root, less.Add(entries[^1].Key, entries[^1].Value)!.Root);
        }
    });

    private static void CheckCommit(byte[] input)
    {
        if (SignedCommit.TryDecode(input, out var commit))
        {
            Assert.Equal(Cid.Compute(CidCodec.DagCbor, input), commit.Cid);
            commit.Verify(Key.PublicKey);
            var again = new Commit(commit.Did, commit.Data, commit.Rev).Sign(Key);
            Assert.True(SignedCommit.TryDecode(again.Bytes, out var read) && read.Verify(Key.PublicKey));
        }
    }

    private static void CheckProof(byte[] input) => RecordProof.TryRead(
        input, Samples.Did, Key.PublicKey, Nsid.Parse("app.bsky.actor.profile"), RecordKey.Parse("self"), out var _);

    // What RepoImporter does with a body, but for the database.
    private static void CheckImport(byte[] input) => Checks.Accepts<XrpcException>(() =>
    {
        using var slot = Complete(Slots.TakeAsync(CancellationToken.None));
        using var blocks = new ImportedBlocks(Path.GetTempPath());
        var body = PipeReader.Create(new ReadOnlySequence<byte>(input));
        var roots = Complete(CarReceiver.ReceiveAsync(body, 1 << 20, blocks, slot, TimeProvider.System, CancellationToken.None));
        if (roots is not [var root] || blocks.Find(root) is not { } bytes || !SignedCommit.TryDecode(bytes, out var commit))
        {
            return;
        }

        Checks.Accepts<TreeException>(() =>
        {
            var diff = new TreeDiff(MerkleTree.Empty.Root, commit.Data, blocks.Find);
            var records = new RecordReader(blocks, 1 << 20);
            var batch = new ImportBatch();
            while (diff.Read())
            {
                records.AddTo(batch, diff);
            }

            Assert.All(batch.Created, row => Checks.ToJson(row.Value));
            Assert.All(diff.NewNodes, node => Assert.NotNull(blocks.Find(node)));
        });
    });

    // Nothing here has to wait: the body is there, and so is a place.
    private static T Complete<T>(Task<T> task)
    {
        Assert.True(task.IsCompleted);
        return task.GetAwaiter().GetResult();
    }

    private static void CheckFrame(byte[] input) => Checks.Accepts<FormatException>(() =>
    {
        if (FrameDecoder.Decode(input) is CommitMessage commit)
        {
            var car = CarReader.ReadAll(commit.Blocks);
            if (car.Blocks.TryGetValue(commit.Commit, out var head) && SignedCommit.TryDecode(head, out var signed))
            {
                Checks.Accepts<TreeException>(() => CommitInversion.Invert(commit.Operations, car.Blocks, signed.Data));
            }
        }
    });
}
