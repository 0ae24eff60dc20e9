using AtProto.Repo;
using AtProto.Stream;
using Pds.Tests.Support;

namespace Pds.Tests.Repo;

public sealed class SubscribeReposTests(PdsFixture pds)
{
    [Fact]
    public async Task A_new_account_shows_as_identity_account_commit_and_sync_next_to_one_another()
    {
        var server = await pds.GetServerAsync();
        using var stream = await StreamClient.ConnectAsync(server.Url, cursor: 0);

        using var alice = await pds.CreateAccountAsync();
        var events = await stream.ReadAsync(alice.Did, 4);

        Assert.Collection(
            events,
            e => Assert.Equal(alice.Handle, Assert.IsType<IdentityMessage>(e).Handle),
            e => Assert.True(Assert.IsType<AccountMessage>(e).IsActive),
            e => Assert.Null(Assert.IsType<CommitMessage>(e).PrevData),
            e => Assert.IsType<SyncMessage>(e));
        Assert.Equal([events[0].Seq, events[0].Seq + 1, events[0].Seq + 2, events[0].Seq + 3], events.Select(e => e.Seq));
    }

    [Fact]
    public async Task Live_and_replayed_events_are_the_same_and_each_can_be_undone()
    {
        var server = await pds.GetServerAsync();
        using var alice = await pds.CreateAccountAsync();
        using var live = await StreamClient.ConnectAsync(server.Url);
        for (var i = 0; i < 5; i++)
        {
            (await alice.CreateRecordAsync(Records.Post($"post {i}"))).Ok();
        }

        var events = (await live.ReadAsync(alice.Did, 5)).ConvertAll(e => (CommitMessage)e);
        using var replay = await StreamClient.ConnectAsync(server.Url, cursor: events[0].Seq - 1);
        var again = (await replay.ReadAsync(alice.Did, 5)).ConvertAll(e => (CommitMessage)e);

        Assert.Equal(events.Select(e => (e.Seq, e.Commit)), again.Select(e => (e.Seq, e.Commit)));
        for (var i = 1; i < events.Count; i++)
        {
            Assert.Equal(events[i - 1].Rev, events[i].Since);
        }

        Assert.All(events, e => Assert.Equal(e.PrevData, Invert(e)));
        Assert.Equal(events[^1].Commit, await alice.GetHeadAsync());
    }

    [Fact]
    public async Task A_cursor_in_the_future_is_refused_by_name()
    {
        var server = await pds.GetServerAsync();
        using var stream = await StreamClient.ConnectAsync(server.Url, cursor: 1_000_000_000_000);

        var message = await stream.ReadAsync();

        Assert.Equal("FutureCursor", Assert.IsType<ErrorMessage>(message).Error);
        Assert.Null(await stream.ReadAsync());
        Assert.Equal("FutureCursor", stream.CloseReason);
    }

    [Fact]
    public async Task A_cursor_older_than_the_window_is_told_so_and_served_from_the_window_on()
    {
        var time = new Microsoft.Extensions.Time.Testing.FakeTimeProvider(TimeProvider.System.GetUtcNow());
        await using var server = await pds.StartServerAsync(
            new Dictionary<string, string> { ["PDS_REPO_BACKFILL_LIMIT_MS"] = "60000" }, time);
        using var old = await TestAccount.CreateAsync(server);
        time.Advance(TimeSpan.FromHours(1));
        using var young = await TestAccount.CreateAsync(server);
        using var stream = await StreamClient.ConnectAsync(server.Url, cursor: 0);

        var first = await stream.ReadAsync();
        var second = await stream.ReadAsync();

        Assert.Equal("OutdatedCursor", Assert.IsType<InfoMessage>(first).Name);
        Assert.Equal(young.Did, Assert.IsType<IdentityMessage>(second).Did);
    }

    [Fact]
    public async Task Another_process_on_the_same_database_streams_the_same()
    {
        var database = await PdsFixture.CreateDatabaseAsync();
        await using var one = await pds.StartServerAsync(database: database);
        await using var two = await pds.StartServerAsync(database: database);
        using var stream = await StreamClient.ConnectAsync(two.Url);

        using var alice = await TestAccount.CreateAsync(one);
        var events = await stream.ReadAsync(alice.Did, 4);

        Assert.IsType<SyncMessage>(events[^1]);
    }

    [Theory]
    [InlineData("-1")]
    [InlineData("x")]
    public async Task A_cursor_that_is_no_number_is_refused_before_the_upgrade(string cursor)
    {
        var reply = await UpgradeAsync($"com.atproto.sync.subscribeRepos?cursor={cursor}");

        Assert.Equal((400, "InvalidRequest"), (reply.Status, reply.Error));
    }

    [Fact]
    public async Task Another_stream_is_not_opened()
    {
        var reply = await UpgradeAsync("com.atproto.sync.subscribeOthers");

        Assert.Equal((401, "AuthMissing"), (reply.Status, reply.Error));
    }

    private Task<XrpcReply> UpgradeAsync(string path)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, $"/xrpc/{path}");
        request.Headers.TryAddWithoutValidation("Connection", "Upgrade");
        request.Headers.TryAddWithoutValidation("Upgrade", "websocket");
        request.Headers.TryAddWithoutValidation("Sec-WebSocket-Version", "13");
        request.Headers.TryAddWithoutValidation("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==");
        return pds.Xrpc.SendAsync(request);
    }

    private static AtProto.Cid Invert(CommitMessage e)
    {
        var car = CarReader.ReadAll(e.Blocks);
        var blocks = car.Blocks;
        Assert.True(SignedCommit.TryDecode(blocks[e.Commit], out var commit));
        return CommitInversion.Invert(e.Operations, blocks, commit.Data);
    }
}
