using AtProto;
using Npgsql;
using Pds.Modules.Repo.Commits;
using Pds.Tests.Support;
using Pds.Xrpc;

namespace Pds.Tests.Repo;

public sealed class CommitterTests(TestServices services)
{
    private const string Collection = "com.example.note";

    // A decision in memory takes microseconds; one that is late proves nothing, and breaks nothing.
    private static readonly TimeSpan TimeToDecide = TimeSpan.FromMilliseconds(200);

    [Fact]
    public async Task Writers_of_one_process_never_fork_a_repository()
    {
        await using var host = await RepoHost.StartAsync(services, await RepoHost.CreateDatabaseAsync(services));
        var dids = await CreateAccountsAsync(host, 5);

        await RunAsync(16, (writer, i) => host.ApplyAsync(
            dids[(writer + i) % dids.Length], host.Prepare(WriteAction.Create, Collection, $"w{writer}i{i}")), each: 25);

        var audit = await RepoAudit.RunAsync(host.Database);
        Assert.Equal(16 * 25, audit.Commits);
        Assert.Equal(16 * 25, dids.Sum(did => audit.RecordsOf(did).Count));
    }

    [Fact]
    public async Task Writers_of_two_processes_never_fork_or_lose_a_commit()
    {
        var database = await RepoHost.CreateDatabaseAsync(services);
        await using var one = await RepoHost.StartAsync(services, database);
        await using var two = await RepoHost.StartAsync(services, database);
        var dids = await CreateAccountsAsync(one, 3);

        await RunAsync(8, async (writer, i) =>
        {
            var host = writer % 2 == 0 ? one : two;
            await host.ApplyAsync(dids[i % dids.Length], host.Prepare(WriteAction.Create, Collection, $"w{writer}i{i}"));
        }, each: 20);

        var audit = await RepoAudit.RunAsync(one.Database);
        Assert.Equal(8 * 20, audit.Commits);
        Assert.Equal(8 * 20, dids.Sum(did => audit.RecordsOf(did).Count));
    }

    [Fact]
    public async Task A_process_that_learns_late_that_its_commit_is_on_disk_refuses_nothing_for_what_came_after_it()
    {
        var database = await RepoHost.CreateDatabaseAsync(services);
        var way = new NpgsqlConnectionStringBuilder(database);
        await using var valve = Valve.Before(way.Port);
        (way.Host, way.Port) = ("127.0.0.1", valve.Port);
        await using var prompt = await RepoHost.StartAsync(services, database);
        await using var late = await RepoHost.StartAsync(services, way.ConnectionString);
        var did = await prompt.CreateAccountAsync();

        // The second is written by the same statement as those that follow: preparing one takes an answer.
        await late.ApplyAsync(did, late.Prepare(WriteAction.Create, Collection, "warm"));
        await late.ApplyAsync(did, late.Prepare(WriteAction.Create, Collection, "warmer"));

        // The commit is on disk and others have built on it; its maker does not know, and is asked about what they made.
        valve.Close();
        var first = late.ApplyAsync(did, late.Prepare(WriteAction.Create, Collection, "one"));
        await Eventually.TrueAsync(async () => await prompt.CountAsync("SELECT count(*) FROM repo.record") == 3);
        await prompt.ApplyAsync(did, prompt.Prepare(WriteAction.Create, Collection, "two"));
        var second = late.ApplyAsync(
            did, PreparedWrite.Delete(Nsid.Parse(Collection), RecordKey.Parse("two"), WriteAction.Delete));
        await Task.Delay(TimeToDecide, TimeProvider.System, TestContext.Current.CancellationToken);
        valve.Open();

        await first;
        Assert.NotNull(await second);
        Assert.Equal(["one", "warm", "warmer"], await prompt.ListAsync("SELECT rkey FROM repo.record ORDER BY rkey"));
    }

    [Fact]
    public async Task Random_writes_of_many_leave_head_tree_records_and_log_the_same()
    {
        var database = await RepoHost.CreateDatabaseAsync(services);
        await using var one = await RepoHost.StartAsync(services, database);
        await using var two = await RepoHost.StartAsync(services, database);
        var dids = await CreateAccountsAsync(one, 3);
        var seed = Environment.TickCount;
        TestContext.Current.TestOutputHelper?.WriteLine($"seed {seed}");

        await RunAsync(12, async (writer, i) =>
        {
            var random = new Lcg(seed + (1000 * writer) + i);
            var host = writer % 4 == 0 ? two : one;
            var writes = Enumerable.Range(0, 1 + random.Next(3))
                .Select(_ => random.Next(40)).Distinct()
                .Select(key => random.Next(3) == 0
                    ? PreparedWrite.Delete(Nsid.Parse(Collection), RecordKey.Parse($"k{key}"), WriteAction.DeleteIfPresent)
                    : host.Prepare(WriteAction.Put, Collection, $"k{key}", $$"""{"n":{{random.Next(4)}}}"""));
            await host.ApplyAsync(dids[random.Next(dids.Length)], [.. writes]);
        }, each: 30);

        await RepoAudit.RunAsync(one.Database);
    }

    [Fact]
    public async Task Of_two_that_create_the_same_record_at_once_one_is_refused()
    {
        await using var host = await RepoHost.StartAsync(services, await RepoHost.CreateDatabaseAsync(services));
        var did = (await CreateAccountsAsync(host, 1))[0];
        var refusals = 0;

        await RunAsync(16, async (_, i) =>
        {
            try
            {
                await host.ApplyAsync(did, host.Prepare(WriteAction.Create, Collection, $"same{i}"));
            }
            catch (XrpcException refusal) when (refusal.Message.StartsWith("Record already exists", StringComparison.Ordinal))
            {
                Interlocked.Increment(ref refusals);
            }
        }, each: 5);

        Assert.Equal(15 * 5, refusals);
        Assert.Equal(5, (await RepoAudit.RunAsync(host.Database)).RecordsOf(did).Count);
    }

    [Fact]
    public async Task Of_those_that_expect_the_same_head_one_gets_it()
    {
        var database = await RepoHost.CreateDatabaseAsync(services);
        await using var one = await RepoHost.StartAsync(services, database);
        await using var two = await RepoHost.StartAsync(services, database);
        var did = (await CreateAccountsAsync(one, 1))[0];
        var head = (await one.ApplyAsync(did, one.Prepare(WriteAction.Create, Collection, "first")))!.Value.Cid;
        var won = 0;

        await RunAsync(8, async (writer, _) =>
        {
            var host = writer % 2 == 0 ? one : two;
            try
            {
                await host.Writer.ApplyAsync(
                    did, [host.Prepare(WriteAction.Create, Collection, $"w{writer}")], head, replacesLinked: false, CancellationToken.None);
                Interlocked.Increment(ref won);
            }
            catch (XrpcException refusal) when (refusal.Error == "InvalidSwap")
            {
            }
        }, each: 1);

        Assert.Equal(1, won);
        Assert.Equal(2, (await RepoAudit.RunAsync(one.Database)).RecordsOf(did).Count);
    }

    [Fact]
    public async Task A_commit_that_the_database_refuses_fails_alone()
    {
        await using var host = await RepoHost.StartAsync(services, await RepoHost.CreateDatabaseAsync(services));
        var dids = await CreateAccountsAsync(host, 4);
        await host.ExecuteAsync("ALTER TABLE repo.record ADD CHECK (rkey <> 'poison')");
        var failed = 0;

        await RunAsync(12, async (writer, i) =>
        {
            var rkey = writer == 0 && i % 3 == 0 ? "poison" : $"w{writer}i{i}";
            var did = writer == 0 ? dids[3] : dids[writer % 3];
            try
            {
                await host.ApplyAsync(did, host.Prepare(WriteAction.Create, Collection, rkey));
            }
            catch (PostgresException)
            {
                Interlocked.Increment(ref failed);
            }
        }, each: 12);

        Assert.Equal(4, failed);
        var audit = await RepoAudit.RunAsync(host.Database);
        Assert.Equal(8, audit.RecordsOf(dids[3]).Count);
        Assert.Equal(11 * 12, dids[..3].Sum(did => audit.RecordsOf(did).Count));
    }

    [Fact]
    public async Task Losing_its_connections_loses_no_write()
    {
        var database = await RepoHost.CreateDatabaseAsync(services);
        await using var host = await RepoHost.StartAsync(services, database);
        await using var killer = NpgsqlDataSource.Create($"{database};Pooling=false");
        var dids = await CreateAccountsAsync(host, 3);
        var ended = 0L;

        await RunAsync(9, async (writer, i) =>
        {
            if (writer == 0)
            {
                await using var kill = killer.CreateCommand(
                    """
                    SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
                    WHERE datname = current_database() AND query LIKE '%UPDATE repo.tip AS t%' AND pid <> pg_backend_pid()
                    """);
                ended += (long)(await kill.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
            }
            else
            {
                await host.ApplyAsync(dids[writer % 3], host.Prepare(WriteAction.Create, Collection, $"w{writer}i{i}"));
            }
        }, each: 30);

        Assert.NotEqual(0, ended);
        var audit = await RepoAudit.RunAsync(host.Database);
        Assert.Equal(8 * 30, audit.Commits);
    }

    [Fact]
    public async Task What_was_taken_is_on_disk_when_the_process_has_stopped()
    {
        var database = await RepoHost.CreateDatabaseAsync(services);
        await using var host = await RepoHost.StartAsync(services, database);
        var dids = await CreateAccountsAsync(host, 4);
        var writes = Enumerable.Range(0, 200)
            .Select(i => host.ApplyAsync(dids[i % 4], host.Prepare(WriteAction.Create, Collection, $"i{i}")))
            .ToArray();
        await Task.WhenAny(writes);

        await host.StopAsync();

        // A caller hears of its commit a moment after the commit is on disk: wait for every answer, then count.
        await Task.WhenAll(writes).ContinueWith(static _ => { }, TaskScheduler.Default)
            .WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        var answered = writes.Count(write => write.IsCompletedSuccessfully);
        await using var after = NpgsqlDataSource.Create(database);
        Assert.Equal(answered, (await RepoAudit.RunAsync(after)).Commits);
        Assert.True(answered > 0);
    }

    private static async Task<Did[]> CreateAccountsAsync(RepoHost host, int count)
    {
        var dids = new Did[count];
        for (var i = 0; i < count; i++)
        {
            dids[i] = await host.CreateAccountAsync();
        }

        return dids;
    }

    /// <summary>Runs writers at the same time, each doing its turns one after another.</summary>
    private static Task RunAsync(int writers, Func<int, int, Task> turn, int each) =>
        Task.WhenAll(Enumerable.Range(0, writers).Select(writer => Task.Run(async () =>
        {
            for (var i = 0; i < each; i++)
            {
                await turn(writer, i);
            }
        })));

    /// <summary>Numbers that a seed repeats.</summary>
    private sealed class Lcg(int seed)
    {
        private ulong _state = unchecked(((ulong)seed * 0x9E3779B97F4A7C15UL) | 1);

        public int Next(int below)
        {
            _state = unchecked((_state * 6364136223846793005UL) + 1442695040888963407UL);
            return (int)((_state >> 33) % (ulong)below);
        }
    }
}
