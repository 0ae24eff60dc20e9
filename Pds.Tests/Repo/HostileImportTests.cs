using System.Diagnostics;
using System.Globalization;
using System.IO.Compression;
using System.IO.Pipelines;
using System.Security.Cryptography;
using AtProto;
using AtProto.Repo;
using Microsoft.Extensions.Time.Testing;
using Pds.Modules.Repo.Imports;
using Pds.Tests.Protocol;
using Pds.Tests.Repo.Model;
using Pds.Tests.Support;
using Pds.Xrpc;

namespace Pds.Tests.Repo;

/// <summary>
/// Repositories that are meant to do harm: each is refused by name, soon, and the account goes on. <c>PDS_TEST_EFFORT</c>
/// multiplies the files that are broken at random, <c>PDS_TEST_SEED</c> repeats a run.
/// </summary>
public sealed class HostileImportTests(PdsFixture pds, ITestOutputHelper output)
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task Files_broken_at_random_are_refused_or_are_repositories_still()
    {
        var seed = Environment.GetEnvironmentVariable("PDS_TEST_SEED") is { Length: > 0 } given
            ? int.Parse(given, CultureInfo.InvariantCulture)
            : RandomNumberGenerator.GetInt32(int.MaxValue);
        output.WriteLine($"PDS_TEST_SEED={seed}");
        var effort = int.TryParse(Environment.GetEnvironmentVariable("PDS_TEST_EFFORT"), CultureInfo.InvariantCulture, out var factor) ? factor : 1;
        var dice = new Dice(seed);
        var server = await pds.GetServerAsync();
        using var alice = await pds.CreateAccountAsync();
        byte[][] samples =
        [
            new RepoCar(alice.Did).AddPosts(3).Build().ToBytes(),
            new RepoCar(alice.Did).AddPosts(60).Build().ToBytes(),
        ];

        for (var round = 0; round < 150 * effort; round++)
        {
            var car = dice.Next(2) == 0 ? Mutations.Mutate(samples[dice.Next(2)], samples, dice) : MutateBlock(alice.Did, dice);
            var reply = await RepoCar.ImportAsync(alice, car, chunked: dice.Next(2) == 0);

            Assert.True(reply.Status == 200 || (reply.Status == 400 && reply.Error == "InvalidRequest"), $"Round {round}: {reply}");
            if (reply.Status == 200)
            {
                await RequireWholeAsync(server, alice.Did);
            }
        }

        (await alice.CreateRecordAsync(Records.Post("still here"))).Ok();
    }

    [Theory]
    [InlineData("deep and right", null)]
    [InlineData("deeper than keys can be", "is at the bottom and has links")]
    [InlineData("a hundred thousand empty layers", "is at the top and has no entries")]
    [InlineData("below where it belongs", "belongs after it")]
    [InlineData("the same below everything", "belongs")]
    [InlineData("a node that leads to itself", "not what its CID says")]
    [InlineData("ten million entries that are not there", "A tree node")]
    [InlineData("thirty thousand entries of one node", null)]
    [InlineData("more roots than bytes", "The header is not that")]
    [InlineData("a section of four gigabytes", "beyond the limit")]
    [InlineData("a hundred thousand blocks of nothing", null)]
    [InlineData("a record that names ten thousand blobs", null)]
    public async Task A_tree_that_is_made_to_hurt_gets_a_clear_answer_soon(string how, string? message)
    {
        var server = await pds.GetServerAsync();
        using var alice = await pds.CreateAccountAsync();
        var car = new HostileCar(alice.Did).Make(how);
        var started = Stopwatch.GetTimestamp();

        var reply = await RepoCar.ImportAsync(alice, car);

        Assert.InRange(Stopwatch.GetElapsedTime(started), TimeSpan.Zero, Soon);
        if (message is null)
        {
            reply.Ok();
            await RequireWholeAsync(server, alice.Did);
        }
        else
        {
            Assert.Contains(message, reply.Message, StringComparison.Ordinal);
            Assert.True(reply.Status is 400 or 413, reply.ToString());
        }

        (await alice.CreateRecordAsync(Records.Post("still here"))).Ok();
    }

    [Fact]
    public async Task One_record_at_many_paths_does_not_grow_beyond_the_limit()
    {
        await using var server = await pds.StartServerAsync(new Dictionary<string, string> { ["PDS_MAX_REPO_IMPORT_SIZE"] = "8000000" });
        using var alice = await TestAccount.CreateAsync(server);

        var reply = await RepoCar.ImportAsync(alice, new HostileCar(alice.Did).Make("one record at ten thousand paths"));

        Assert.Equal((413, "PayloadTooLarge"), (reply.Status, reply.Error));
        Assert.Contains("come to more than 8000000 bytes", reply.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_small_body_that_unpacks_to_a_large_one_is_refused()
    {
        await using var server = await pds.StartServerAsync(new Dictionary<string, string> { ["PDS_MAX_REPO_IMPORT_SIZE"] = "1000000" });
        using var alice = await TestAccount.CreateAsync(server);
        var packed = new MemoryStream();
        await using (var gzip = new GZipStream(packed, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            await gzip.WriteAsync(new RepoCar(alice.Did).AddPosts(1).Build().ToBytes(), TestContext.Current.CancellationToken);
            for (var i = 0; i < 200; i++)
            {
                await gzip.WriteAsync(new byte[1 << 20], TestContext.Current.CancellationToken);
            }
        }

        var reply = await alice.ProcedureAsync("com.atproto.repo.importRepo", packed.ToArray(), CarWriter.MediaType, "gzip");

        Assert.True(reply.Status is 400 or 413, reply.ToString());
        Assert.Equal(0, (await alice.QueryAsync("com.atproto.repo.listRecords", ("repo", alice.Did), ("collection", "app.bsky.feed.post")))
            .Ok().Json.GetProperty("records").GetArrayLength());
    }

    [Fact]
    public async Task A_trickle_does_not_keep_a_place_among_the_imports()
    {
        var time = new FakeTimeProvider();
        var body = new Pipe();
        using var slots = new ImportSlots();
        using var slot = await slots.TakeAsync(TestContext.Current.CancellationToken);
        using var blocks = new ImportedBlocks(Path.GetTempPath());
        var receiving = CarReceiver.ReceiveAsync(body.Reader, 1 << 20, blocks, slot, time, TestContext.Current.CancellationToken);

        time.Advance(TimeSpan.FromMinutes(2));
        await body.Writer.WriteAsync(new byte[] { 0x3a }, TestContext.Current.CancellationToken);

        var refusal = await Assert.ThrowsAsync<XrpcException>(() => receiving);
        Assert.Equal((408, "RequestTimeout"), (refusal.Status, refusal.Error));
    }

    // What breaks in a block whose CID is right is found later, when the tree or a record is read.
    private static byte[] MutateBlock(Did did, Dice dice)
    {
        var car = new RepoCar(did).AddPosts(40).Build();
        var at = dice.Next(car.Blocks.Count);
        var bytes = Mutations.Mutate(car.Blocks[at].Bytes, [car.Blocks[0].Bytes], dice);
        var broken = new Block(Cid.Compute(CidCodec.DagCbor, bytes), bytes);
        var old = car.Blocks[at].Cid;
        var blocks = car.Blocks.ConvertAll(block => block.Cid == old ? broken : Relink(block, old, broken.Cid));
        return RepoCar.Write(blocks[^1].Cid, blocks);
    }

    private static Block Relink(Block block, Cid from, Cid to)
    {
        var at = block.Bytes.AsSpan().IndexOf(from.ToBytes());
        if (at < 0)
        {
            return block;
        }

        var bytes = block.Bytes.ToArray();
        to.ToBytes().CopyTo(bytes, at);
        return new Block(Cid.Compute(CidCodec.DagCbor, bytes), bytes);
    }

    private static async Task RequireWholeAsync(PdsServer server, Did did)
    {
        var export = CarReader.ReadAll((await server.Xrpc.QueryAsync("com.atproto.sync.getRepo", ("did", did))).Ok().Body);
        Assert.True(SignedCommit.TryDecode(export.Blocks[Assert.Single(export.Roots)], out var commit));
        var cursor = MerkleTree.FromBlocks(commit.Data, export.Blocks).GetCursor();
        while (cursor.Read() == TreeStep.Entry)
        {
            Assert.Contains(cursor.Value, export.Blocks);
        }
    }
}
