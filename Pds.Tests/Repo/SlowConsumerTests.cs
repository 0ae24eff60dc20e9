using AtProto.Stream;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Npgsql;
using Pds.Modules.Repo.Firehose;
using Pds.Tests.Support;

namespace Pds.Tests.Repo;

public sealed class SlowConsumerTests(PdsFixture pds)
{
    // Stands still: nobody is given up for the time that a test takes.
    private readonly FakeTimeProvider _time = new(TimeProvider.System.GetUtcNow());

    [Fact]
    public async Task Who_falls_too_far_behind_is_told_and_let_go()
    {
        await using var server = await pds.StartServerAsync(
            new Dictionary<string, string> { ["PDS_MAX_SUBSCRIPTION_BUFFER"] = "20" }, _time);
        using var alice = await TestAccount.CreateAsync(server);
        await using var consumer = await SlowConsumer.ConnectAsync(server, cursor: null);
        for (var i = 0; i < 120; i++)
        {
            (await alice.CreateRecordAsync(Records.Post($"post {i}"))).Ok();
        }

        var last = await consumer.ReadAsync();
        for (var read = 1; last is EventMessage; read++)
        {
            Assert.True(read < 100, "It was not let go.");
            last = await consumer.ReadAsync();
        }

        Assert.Equal("ConsumerTooSlow", Assert.IsType<ErrorMessage>(last).Error);
        Assert.Null(await consumer.ReadAsync());
        Assert.Equal("ConsumerTooSlow", consumer.CloseReason);
    }

    [Fact]
    public async Task Who_reads_what_was_before_may_take_its_time()
    {
        await using var server = await pds.StartServerAsync(
            new Dictionary<string, string> { ["PDS_MAX_SUBSCRIPTION_BUFFER"] = "20" }, _time);
        using var alice = await TestAccount.CreateAsync(server);
        await using var consumer = await SlowConsumer.ConnectAsync(server, cursor: 0);
        for (var i = 0; i < 120; i++)
        {
            (await alice.CreateRecordAsync(Records.Post($"post {i}"))).Ok();
        }

        for (var seq = 1; seq <= 124; seq++)
        {
            Assert.Equal(seq, Assert.IsType<EventMessage>(await consumer.ReadAsync(), exactMatch: false).Seq);
        }
    }

    [Fact]
    public async Task Who_was_on_the_way_to_events_that_were_dropped_is_told_so()
    {
        var database = await PdsFixture.CreateDatabaseAsync();
        await using var first = await pds.StartServerAsync(database: database);
        using var alice = await TestAccount.CreateAsync(first);
        await ExecuteAsync(
            first,
            """
            INSERT INTO repo.event SELECT n, repo_id, time, kind, seq_at, body
            FROM repo.event, generate_series(10, 1500) AS n WHERE seq = 1
            """);
        await ExecuteAsync(first, "UPDATE repo.sequencer SET floor = 30000");
        (await alice.CreateRecordAsync(Records.Post("young"))).Ok();

        // What is old is not in the memory of a server that starts now.
        await using var server = await pds.StartServerAsync(database: database, time: _time);
        await using var consumer = await SlowConsumer.ConnectAsync(server, cursor: 0);
        Assert.IsType<IdentityMessage>(await consumer.ReadAsync());
        var partitions = server.Services.GetRequiredService<EventPartitionStore>();
        var oldest = (await partitions.ListAsync(TestContext.Current.CancellationToken))[0];
        Assert.True(await partitions.DropAsync([oldest], TestContext.Current.CancellationToken));

        var message = await consumer.ReadAsync();
        var last = 1L;
        for (; message is EventMessage item; message = await consumer.ReadAsync())
        {
            last = item.Seq;
        }

        Assert.InRange(last, 2, 1200);
        Assert.Equal("OutdatedCursor", Assert.IsType<InfoMessage>(message).Name);
        Assert.Equal(30_001, Assert.IsType<CommitMessage>(await consumer.ReadAsync()).Seq);
    }

    private static async Task ExecuteAsync(PdsServer server, string sql)
    {
        await using var command = server.Services.GetRequiredService<NpgsqlDataSource>().CreateCommand(sql);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }
}
