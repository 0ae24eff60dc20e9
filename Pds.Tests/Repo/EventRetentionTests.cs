using AtProto.Stream;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Npgsql;
using Pds.Modules.Repo.Firehose;
using Pds.Tests.Support;

namespace Pds.Tests.Repo;

public sealed class EventRetentionTests(PdsFixture pds)
{
    private readonly FakeTimeProvider _time = new(TimeProvider.System.GetUtcNow());

    [Fact]
    public async Task Events_that_are_too_old_go_with_their_tables_and_the_numbers_go_on()
    {
        await using var server = await StartAsync([]);
        using var old = await TestAccount.CreateAsync(server);
        await SkipToAsync(server, 59_999);
        using var last = await TestAccount.CreateAsync(server);
        _time.Advance(TimeSpan.FromDays(4));

        await GoneAsync(server, "event_0");
        using var young = await TestAccount.CreateAsync(server);

        // The events of the last old account lie on both sides of a border: what is not younger than the newest there stays.
        Assert.Equal(["event_60000", "event_80000"], (await TablesAsync(server)).Take(2));
        using var stream = await StreamClient.ConnectAsync(server.Url, cursor: 0);
        Assert.Equal("OutdatedCursor", Assert.IsType<InfoMessage>(await stream.ReadAsync()).Name);
        var first = Assert.IsType<IdentityMessage>(await stream.ReadAsync());
        Assert.Equal((young.Did, 60_004), (first.Did, first.Seq));
    }

    [Fact]
    public async Task The_oldest_events_go_early_when_there_are_too_many_bytes()
    {
        await using var server = await StartAsync(new() { ["PDS_REPO_EVENT_MAX_BYTES"] = $"{1 << 20}" });
        using var account = await TestAccount.CreateAsync(server);
        await ExecuteAsync(
            server,
            """
            INSERT INTO repo.event (seq, repo_id, time, kind, seq_at, body)
            SELECT 19000 + n * 300, 0, now(), 0, 0, decode(repeat('00', 7000), 'hex') FROM generate_series(1, 200) AS n
            """);

        await server.Services.GetRequiredService<EventRetention>().KeepAsync(TestContext.Current.CancellationToken);

        Assert.Equal("event_60000", (await TablesAsync(server))[0]);
        (await account.CreateRecordAsync(Records.Post("goes on"))).Ok();
    }

    [Fact]
    public async Task There_is_always_a_table_for_what_comes_next_and_a_busy_hour_makes_larger_ones()
    {
        await using var server = await StartAsync([]);
        using var account = await TestAccount.CreateAsync(server);
        var retention = server.Services.GetRequiredService<EventRetention>();
        for (var seq = 150_000; seq <= 900_000; seq += 150_000)
        {
            await SkipToAsync(server, seq);
            (await account.CreateRecordAsync(Records.Post($"number {seq}"))).Ok();
            await retention.KeepAsync(TestContext.Current.CancellationToken);
        }

        Assert.InRange((await TablesAsync(server)).Count, 20, 60);
        Assert.True(long.Parse((await TablesAsync(server))[^1][6..], System.Globalization.CultureInfo.InvariantCulture) > 2_000_000);
    }

    [Fact]
    public async Task Numbers_that_jump_past_every_table_find_one_at_once()
    {
        await using var server = await StartAsync([]);
        using var account = await TestAccount.CreateAsync(server);
        await SkipToAsync(server, 50_000_000);

        (await account.CreateRecordAsync(Records.Post("one"))).Ok();
        await SkipToAsync(server, 60_000_000);
        using var other = await TestAccount.CreateAsync(server);
        await SkipToAsync(server, 70_000_000);
        (await RepoCar.ImportAsync(account, new RepoCar(account.Did).AddPosts(3).Build().ToBytes())).Ok();

        Assert.Equal(70_000_001, await NewestAsync(server));
        await server.Services.GetRequiredService<EventRetention>().KeepAsync(TestContext.Current.CancellationToken);
        Assert.InRange((await TablesAsync(server)).Count, 10, 40);
    }

    [Fact]
    public async Task A_stream_that_is_taken_over_goes_on_at_once()
    {
        await using var server = await StartAsync([]);
        using var account = await TestAccount.CreateAsync(server);

        await server.Services.GetRequiredService<Pds.Modules.Repo.Takeover.RepositoryTakeover>()
            .ContinueStreamAsync(70_000_000, [], TestContext.Current.CancellationToken);
        (await account.CreateRecordAsync(Records.Post("one"))).Ok();

        Assert.Equal(70_000_001, await NewestAsync(server));
    }

    [Fact]
    public async Task A_table_that_was_being_dropped_when_a_server_stopped_goes_next_time()
    {
        await using var server = await StartAsync([]);
        using var account = await TestAccount.CreateAsync(server);
        await SkipToAsync(server, 30_000);
        (await account.CreateRecordAsync(Records.Post("one"))).Ok();
        await ExecuteAsync(server, "ALTER TABLE repo.event DETACH PARTITION repo.event_0");

        await GoneAsync(server, "event_0");
    }

    [Fact]
    public async Task Dropping_waits_for_no_reader_and_holds_up_no_writer()
    {
        await using var server = await StartAsync([]);
        using var account = await TestAccount.CreateAsync(server);
        await SkipToAsync(server, 30_000);
        (await account.CreateRecordAsync(Records.Post("one"))).Ok();
        await using var connection = await server.Services.GetRequiredService<NpgsqlDataSource>()
            .OpenConnectionAsync(TestContext.Current.CancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(
            System.Data.IsolationLevel.RepeatableRead, TestContext.Current.CancellationToken);
        await using var read = new NpgsqlCommand("SELECT count(*) FROM repo.event", connection, transaction);
        await read.ExecuteScalarAsync(TestContext.Current.CancellationToken);

        // The server's own rounds find it due too; whoever has the turn waits for the reader.
        _time.Advance(TimeSpan.FromDays(4));
        using var writer = await TestAccount.CreateAsync(server);
        var dropping = server.Services.GetRequiredService<EventRetention>().KeepAsync(TestContext.Current.CancellationToken);
        await SkipToAsync(server, 50_000_000);
        (await writer.CreateRecordAsync(Records.Post("while it waits for the reader"))).Ok();
        Assert.Contains("event_0", await TablesAsync(server));
        await transaction.CommitAsync(TestContext.Current.CancellationToken);
        await dropping;

        await GoneAsync(server, "event_0");
    }

    private Task<PdsServer> StartAsync(Dictionary<string, string> settings) => pds.StartServerAsync(settings, _time);

    // As if there had been as many events.
    private static Task SkipToAsync(PdsServer server, long seq) => ExecuteAsync(server, $"UPDATE repo.sequencer SET floor = {seq}");

    // A round that finds the server's own one at work leaves it to that.
    private static Task GoneAsync(PdsServer server, string table) => Eventually.TrueAsync(async () =>
    {
        await server.Services.GetRequiredService<EventRetention>().KeepAsync(TestContext.Current.CancellationToken);
        return !(await TablesAsync(server)).Contains(table);
    });

    private static Task<long> NewestAsync(PdsServer server) =>
        server.Services.GetRequiredService<EventStore>().GetNewestAsync(TestContext.Current.CancellationToken);

    private static async Task ExecuteAsync(PdsServer server, string sql)
    {
        await using var command = server.Services.GetRequiredService<NpgsqlDataSource>().CreateCommand(sql);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    private static async Task<List<string>> TablesAsync(PdsServer server) =>
        (await server.Services.GetRequiredService<EventPartitionStore>().ListAsync(TestContext.Current.CancellationToken))
            .ConvertAll(partition => partition.Name);
}
