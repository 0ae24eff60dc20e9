using AtProto;
using AtProto.Crypto;
using AtProto.Repo;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Pds.Contracts.Repo;
using Pds.Tests.Support;

namespace Pds.Tests.Repo;

public sealed class ImportRefusalTests(PdsFixture pds)
{
    [Theory]
    [InlineData("no file", "The header is not")]
    [InlineData("cut off", "cut off")]
    [InlineData("wrong block", "not what its CID says")]
    [InlineData("two roots", "expected one root")]
    [InlineData("another's", "The repository is that of")]
    [InlineData("root is a record", "not a commit")]
    [InlineData("node is missing", "A tree node is missing")]
    [InlineData("node is a record", "A tree node is not encoded")]
    [InlineData("record is missing", "Could not parse record at 'app.bsky.feed.post/")]
    [InlineData("record cannot be read", "Could not parse record at 'com.example.odd/a'")]
    [InlineData("collection is none", "Could not parse record at 'odd/a'")]
    [InlineData("record key is none", "Could not parse record at 'com.example.odd/..'")]
    public async Task A_file_that_is_wrong_is_refused_and_leaves_everything_as_it_was(string how, string message)
    {
        var server = await pds.GetServerAsync();
        using var alice = await pds.CreateAccountAsync();
        (await alice.CreateRecordAsync(Records.Post("mine"))).Ok();
        var (head, rows) = (await alice.GetHeadAsync(), await CountRowsAsync(server, alice.Did));

        var reply = await RepoCar.ImportAsync(alice, Broken(how, alice.Did));

        Assert.Equal((400, "InvalidRequest"), (reply.Status, reply.Error));
        Assert.Contains(message, reply.Message, StringComparison.Ordinal);
        Assert.Equal((head, rows), (await alice.GetHeadAsync(), await CountRowsAsync(server, alice.Did)));
        (await alice.CreateRecordAsync(Records.Post("still"))).Ok();
    }

    [Fact]
    public async Task Accounts_that_are_taken_down_and_strangers_import_nothing()
    {
        var server = await pds.GetServerAsync();
        using var alice = await pds.CreateAccountAsync();
        await server.InvokeAsync(new SetRepositoryStatus(alice.Did, AccountStatus.Takendown));
        var car = new RepoCar(alice.Did).Build().ToBytes();

        var takendown = await RepoCar.ImportAsync(alice, car);
        var anonymous = await RepoCar.ImportAsync(server.Xrpc, car);

        Assert.Equal((401, "AccountTakedown"), (takendown.Status, takendown.Error));
        Assert.Equal((401, "AuthMissing"), (anonymous.Status, anonymous.Error));
    }

    [Fact]
    public async Task The_operator_limits_imports_or_turns_them_off()
    {
        await using var small = await pds.StartServerAsync(new Dictionary<string, string> { ["PDS_MAX_REPO_IMPORT_SIZE"] = "5000" });
        await using var closed = await pds.StartServerAsync(new Dictionary<string, string> { ["PDS_ACCEPTING_REPO_IMPORTS"] = "false" });
        using var alice = await TestAccount.CreateAsync(small);
        using var bob = await TestAccount.CreateAsync(closed);
        var car = new RepoCar(alice.Did).AddPosts(50).Build().ToBytes();

        var tooLarge = await RepoCar.ImportAsync(alice, car);
        var unannounced = await RepoCar.ImportAsync(alice, car, chunked: true);
        var off = await RepoCar.ImportAsync(bob, new RepoCar(bob.Did).Build().ToBytes());

        Assert.Equal((413, "PayloadTooLarge"), (tooLarge.Status, tooLarge.Error));
        Assert.Equal((413, "PayloadTooLarge"), (unannounced.Status, unannounced.Error));
        Assert.Equal((400, "Service is not accepting repo imports"), (off.Status, off.Message));
    }

    private static byte[] Broken(string how, Did did)
    {
        var car = new RepoCar(how == "another's" ? Did.Parse("did:web:other.test") : did).AddPosts(50);
        switch (how)
        {
            case "record cannot be read":
                // A float, which the data model does not know.
                car.Records.Add("com.example.odd/a", [0xa1, 0x61, 0x61, 0xf9, 0x3c, 0x00]);
                break;
            case "collection is none":
                car.Records.Add("odd/a", [0xa0]);
                break;
            case "record key is none":
                car.Records.Add("com.example.odd/..", [0xa0]);
                break;
        }

        var blocks = car.Build().Blocks;
        var commit = blocks[^1].Cid;
        var node = blocks.FindIndex(block => block.Cid == car.Data);
        var record = blocks.FindIndex(block => block.Bytes.AsSpan().IndexOf("post 7"u8) > 0);
        switch (how)
        {
            case "no file":
                return new byte[1000];
            case "cut off":
                return car.ToBytes()[..^1];
            case "wrong block":
                blocks[3] = new Block(blocks[3].Cid, [0xa0]);
                break;
            case "two roots":
                byte[] header = [0x70, 0xa2, .. "eroots"u8, 0x82, .. Link(commit), .. Link(commit), .. "gversion"u8, 1];
                header[0] = (byte)(header.Length - 1);
                return header;
            case "root is a record":
                commit = blocks[record].Cid;
                break;
            case "node is missing":
                blocks.RemoveAt(node);
                break;
            case "node is a record":
                blocks.Add(new Commit(did, blocks[record].Cid, car.Rev).Sign(PrivateKey.Generate(KeyCurve.P256)).Block);
                commit = blocks[^1].Cid;
                break;
            case "record is missing":
                blocks.RemoveAt(record);
                break;
        }

        return RepoCar.Write(commit, blocks);
    }

    private static byte[] Link(Cid cid) => [0xd8, 0x2a, 0x58, 0x25, 0x00, .. cid.ToBytes()];

    private static async Task<(long Nodes, long Records)> CountRowsAsync(PdsServer server, Did did) => (
        await ScalarAsync<long>(server, $"SELECT count(*) FROM repo.node WHERE repo_id = (SELECT id FROM repo.repo WHERE did = '{did}')"),
        await ScalarAsync<long>(server, $"SELECT count(*) FROM repo.record WHERE repo_id = (SELECT id FROM repo.repo WHERE did = '{did}')"));

    private static async Task<T> ScalarAsync<T>(PdsServer server, string sql)
    {
        await using var command = server.Services.GetRequiredService<NpgsqlDataSource>().CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
    }
}
