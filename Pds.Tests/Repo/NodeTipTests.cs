using System.Buffers.Binary;
using System.Security.Cryptography;
using AtProto;
using AtProto.Repo;
using CsCheck;
using Npgsql;
using Pds.Modules.Repo.Commits;
using Pds.Modules.Repo.Storage;
using Pds.Tests.Support;

namespace Pds.Tests.Repo;

/// <summary>The newest nodes of a tree, which lie in one row.</summary>
public sealed class NodeTipTests(TestServices services)
{
    private const string Collection = "com.example.tip";

    private static readonly Gen<(int[] Sizes, int[] Removed)[]> Commits =
        Gen.Select(Gen.Int[1, 1500].Array[0, 12], Gen.Int[0, 1000].Array[0, 8]).Array[1, 40];

    [Fact]
    public void Tip_and_settled_nodes_are_together_what_all_commits_have_left() => Commits.Sample(commits =>
    {
        var expected = new Dictionary<Cid, Tid>();
        var settled = new Dictionary<Cid, Tid>();
        var tip = NodeTip.Empty;
        for (var i = 0; i < commits.Length; i++)
        {
            var rev = new Tid(1 + i);
            var removed = commits[i].Removed.Where(n => n < expected.Count).Distinct()
                .Select(n => new Block(expected.Keys.ElementAt(n), [])).ToArray();
            var added = commits[i].Sizes.Select(size => NewNode(size)).ToArray();

            var change = tip.Change(added, removed, rev);

            foreach (var node in removed)
            {
                expected.Remove(node.Cid);
            }

            foreach (var node in added)
            {
                expected.Add(node.Cid, rev);
            }

            Assert.All(change.Unsettled, cid => Assert.True(settled.Remove(cid)));
            Assert.All(change.Settled, node => settled.Add(node.Cid, node.Rev));
            tip = change.Tip;
            Assert.InRange(tip.Length, 0, 2560);
            Assert.Equal(
                expected.OrderBy(node => node.Key.ToString()),
                settled.Concat(tip.Nodes.Select(node => KeyValuePair.Create(node.Cid, node.Rev))).OrderBy(node => node.Key.ToString()));
        }
    });

    [Fact]
    public void A_tip_comes_back_as_it_was_stored() => Gen.Int[0, 600].Array[0, 8].Sample(sizes =>
    {
        var tip = NodeTip.Empty.Change([.. sizes.Select(NewNode)], [], new Tid(77)).Tip;

        var back = NodeTip.Decode(tip.Encode());

        Assert.Equal(tip.Length, back.Length);
        Assert.Equal(tip.Nodes.Select(node => (node.Cid, node.Rev)), back.Nodes.Select(node => (node.Cid, node.Rev)));
        Assert.All(back.Nodes, node => Assert.Equal(node.Cid, Cid.Compute(CidCodec.DagCbor, node.Bytes)));
    });

    [Fact]
    public void What_is_no_tip_is_refused()
    {
        var first = NewNode(100);
        var bytes = NodeTip.Empty.Change([first, NewNode(50)], [], new Tid(1)).Tip.Encode();

        Assert.Throws<InvalidDataException>(() => NodeTip.Decode(bytes.AsSpan(1)));
        for (var length = 1; length < bytes.Length; length++)
        {
            if (length != 48 + first.Bytes.Length)
            {
                Assert.Throws<InvalidDataException>(() => NodeTip.Decode(bytes.AsSpan(0, length)));
            }
        }

        foreach (var length in new[] { -1, int.MinValue, int.MaxValue, 1 << 20 })
        {
            BinaryPrimitives.WriteInt32BigEndian(bytes.AsSpan(44), length);
            Assert.Throws<InvalidDataException>(() => NodeTip.Decode(bytes));
        }
    }

    [Fact]
    public async Task Most_commits_touch_no_row_of_a_node()
    {
        await using var host = await RepoHost.StartAsync(services, await RepoHost.CreateDatabaseAsync(services));
        var did = await host.CreateAccountAsync();

        var settled = new HashSet<string>();
        for (var i = 0; i < 150; i++)
        {
            await host.ApplyAsync(did, host.Prepare(WriteAction.Create, Collection, $"r{i:d4}"));
            settled.UnionWith(await host.ListAsync("SELECT coalesce(string_agg(cid::text, ',' ORDER BY cid), '') FROM repo.settled_node"));
        }

        Assert.InRange(settled.Count, 10, 90);
        Assert.Equal(150, (await RepoAudit.RunAsync(host.Database)).RecordsOf(did).Count);
    }

    [Fact]
    public async Task A_server_of_the_version_before_finds_and_changes_every_node_where_it_looks_for_them()
    {
        var database = await RepoHost.CreateDatabaseAsync(services);
        Did did;
        await using (var host = await RepoHost.StartAsync(services, database))
        {
            did = await host.CreateAccountAsync();
            await WriteAsync(host, did, "before");
            var all = await host.CountAsync("SELECT count(*) FROM repo.node");
            Assert.True(all > await host.CountAsync("SELECT count(*) FROM repo.settled_node"));

            // As it replaced, removed and added them: by row, by the CID, and by COPY.
            await host.ExecuteAsync("CREATE TABLE kept AS SELECT * FROM repo.node ORDER BY cid");
            await host.ExecuteAsync(
                """
                WITH replaced AS (
                    UPDATE repo.node AS n SET cid = new.cid, rev = new.rev, bytes = new.bytes
                    FROM (SELECT * FROM kept LIMIT 10) AS new WHERE n.repo_id = new.repo_id AND n.cid = new.cid
                ), removed AS (
                    DELETE FROM repo.node AS n USING (SELECT * FROM kept OFFSET 10) AS old WHERE n.repo_id = old.repo_id AND n.cid = old.cid
                ) SELECT 1
                """);
            Assert.Equal(10, await host.CountAsync("SELECT count(*) FROM repo.node"));
            Assert.Equal(10, await host.CountAsync("SELECT count(*) FROM repo.settled_node"));
            Assert.Equal(0, await host.CountAsync("SELECT sum(length(nodes)) FROM repo.tip"));
            await host.ExecuteAsync("INSERT INTO repo.node (repo_id, cid, rev, bytes) SELECT repo_id, cid, rev, bytes FROM kept OFFSET 12");
            await CopyAsync(database, "(SELECT * FROM kept OFFSET 10 LIMIT 2)");
            Assert.Equal(all, await host.CountAsync("SELECT count(*) FROM repo.node JOIN kept USING (repo_id, cid, rev, bytes)"));
            await host.ExecuteAsync("DROP TABLE kept");
        }

        await using var after = await RepoHost.StartAsync(services, database);
        await WriteAsync(after, did, "after");
        Assert.Equal(80, (await RepoAudit.RunAsync(after.Database)).RecordsOf(did).Count);
    }

    private static async Task WriteAsync(RepoHost host, Did did, string name)
    {
        for (var i = 0; i < 40; i++)
        {
            await host.ApplyAsync(did, host.Prepare(WriteAction.Create, Collection, $"{name}{i * 7 % 40:d2}"));
        }
    }

    private static async Task CopyAsync(string database, string from)
    {
        var stop = TestContext.Current.CancellationToken;
        await using var source = NpgsqlDataSource.Create(database);
        await using var read = await source.OpenConnectionAsync(stop);
        await using var write = await source.OpenConnectionAsync(stop);
        await using var rows = await read.BeginRawBinaryCopyAsync($"COPY {from} TO STDOUT (FORMAT BINARY)", stop);
        await using var copy = await write.BeginRawBinaryCopyAsync("COPY repo.node (repo_id, cid, rev, bytes) FROM STDIN (FORMAT BINARY)", stop);
        await rows.CopyToAsync(copy, stop);
    }

    private static Block NewNode(int size)
    {
        var bytes = RandomNumberGenerator.GetBytes(size + 16);
        return new Block(Cid.Compute(CidCodec.DagCbor, bytes), bytes);
    }
}
