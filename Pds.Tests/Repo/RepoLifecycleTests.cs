using AtProto;
using AtProto.Stream;
using Pds.Modules.Repo.Commits;
using Pds.Modules.Repo.Firehose;
using Pds.Tests.Support;
using Pds.Xrpc;

namespace Pds.Tests.Repo;

public sealed class RepoLifecycleTests(TestServices services)
{
    private const string Collection = "com.example.note";

    [Fact]
    public async Task Four_events_announce_a_new_account_next_to_one_another()
    {
        await using var host = await RepoHost.StartAsync(services, await RepoHost.CreateDatabaseAsync(services));

        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(host.CreateAccountAsync)));

        var events = await ReadAsync(host);
        Assert.Equal(8 * 4, events.Count);
        foreach (var four in events.Chunk(4))
        {
            Assert.Single(four.DistinctBy(item => item.RepoId));
            Assert.Equal([EventKind.Identity, EventKind.Account, EventKind.Commit, EventKind.Sync], four.Select(item => item.Kind));
            Assert.Equal(["#identity", "#account", "#commit", "#sync"], four.Select(item => CommitEvent.TypeOf(item.Frame.Span)));
            var commit = CommitEvent.Parse(four[2].Frame.Span);
            Assert.Empty(commit.Operations);
            Assert.Equal(2, commit.Blocks.Blocks.Count);
        }

        await RepoAudit.RunAsync(host.Database);
    }

    [Fact]
    public async Task An_account_that_is_not_active_comes_without_events_and_is_not_written()
    {
        await using var host = await RepoHost.StartAsync(services, await RepoHost.CreateDatabaseAsync(services));
        var did = await host.CreateAccountAsync(AccountStatus.Deactivated);

        var refusal = await Assert.ThrowsAsync<XrpcException>(() => CreateAsync(host, did, "a"));

        Assert.Equal((401, "AccountDeactivated"), (refusal.Status, refusal.Error));
        Assert.Empty(await ReadAsync(host));
    }

    [Fact]
    public async Task The_head_is_announced_at_its_place_among_commits_that_go_on()
    {
        await using var host = await RepoHost.StartAsync(services, await RepoHost.CreateDatabaseAsync(services));
        var did = await host.CreateAccountAsync();
        using var stop = new CancellationTokenSource();
        var writers = Enumerable.Range(0, 4).Select(writer => Task.Run(async () =>
        {
            for (var i = 0; !stop.IsCancellationRequested; i++)
            {
                await host.ApplyAsync(did, host.Prepare(WriteAction.Create, Collection, $"{writer}-{i}"));
            }
        })).ToList();

        for (var i = 0; i < 25; i++)
        {
            await host.Lifecycle.AnnounceHeadAsync(did, TestContext.Current.CancellationToken);
        }

        await stop.CancelAsync();
        await Task.WhenAll(writers);
        Tid? newest = null;
        foreach (var item in await ReadAsync(host))
        {
            switch (FrameDecoder.Decode(item.Frame.Span))
            {
                case CommitMessage commit:
                    newest = commit.Rev;
                    break;
                case SyncMessage sync:
                    Assert.Equal(newest, sync.Rev);
                    break;
            }
        }
    }

    [Fact]
    public async Task A_second_repository_of_a_did_is_refused()
    {
        await using var host = await RepoHost.StartAsync(services, await RepoHost.CreateDatabaseAsync(services));
        var did = await host.CreateAccountAsync();

        await Assert.ThrowsAsync<XrpcException>(() => host.CreateAccountAsync(did: did));

        Assert.Equal(4, (await ReadAsync(host)).Count);
    }

    [Theory]
    [InlineData(AccountStatus.Deactivated, "AccountDeactivated")]
    [InlineData(AccountStatus.Takendown, "AccountTakedown")]
    public async Task A_change_of_status_is_announced_and_stops_writes_in_every_process(AccountStatus status, string error)
    {
        var database = await RepoHost.CreateDatabaseAsync(services);
        await using var one = await RepoHost.StartAsync(services, database);
        await using var two = await RepoHost.StartAsync(services, database);
        var did = await one.CreateAccountAsync();
        await CreateAsync(one, did, "a");
        await CreateAsync(two, did, "b");

        await one.Lifecycle.SetStatusAsync(did, status, TestContext.Current.CancellationToken);

        Assert.Equal(error, (await Assert.ThrowsAsync<XrpcException>(() => CreateAsync(one, did, "c"))).Error);
        Assert.Equal(error, (await Assert.ThrowsAsync<XrpcException>(() => CreateAsync(two, did, "c"))).Error);

        await two.Lifecycle.SetStatusAsync(did, AccountStatus.Active, TestContext.Current.CancellationToken);

        await CreateAsync(one, did, "c");
        await CreateAsync(two, did, "d");
        Assert.Equal(
            [EventKind.Commit, EventKind.Commit, EventKind.Account, EventKind.Account, EventKind.Commit, EventKind.Commit],
            (await ReadAsync(one)).Skip(4).Select(item => item.Kind));
        await RepoAudit.RunAsync(one.Database);
    }

    [Fact]
    public async Task A_deleted_repository_leaves_one_event_and_can_come_back()
    {
        await using var host = await RepoHost.StartAsync(services, await RepoHost.CreateDatabaseAsync(services));
        var other = await host.CreateAccountAsync();
        var did = await host.CreateAccountAsync();
        await CreateAsync(host, did, "a");

        await host.Lifecycle.DeleteAsync(did, TestContext.Current.CancellationToken);
        await host.Lifecycle.DeleteAsync(did, TestContext.Current.CancellationToken);

        var left = await ReadAsync(host);
        Assert.Equal(4 + 1, left.Count);
        Assert.Equal(EventKind.AccountDeleted, left[^1].Kind);
        Assert.Equal(0, await host.CountAsync("SELECT count(*) FROM repo.record"));
        Assert.Equal(1, await host.CountAsync("SELECT count(*) FROM repo.node"));
        Assert.Equal(1, await host.CountAsync("SELECT count(*) FROM repo.signing_key"));
        Assert.Equal("AccountNotFound", (await Assert.ThrowsAsync<XrpcException>(() => CreateAsync(host, did, "a"))).Error);

        await host.CreateAccountAsync(did: did);
        await CreateAsync(host, did, "a");
        await CreateAsync(host, other, "a");
        Assert.True((await ReadAsync(host))[^1].Seq > left[^1].Seq);
    }

    [Fact]
    public async Task An_identity_is_announced_with_its_handle_and_without()
    {
        await using var host = await RepoHost.StartAsync(services, await RepoHost.CreateDatabaseAsync(services));
        var did = await host.CreateAccountAsync();

        await host.Lifecycle.AnnounceIdentityAsync(did, Handle.Parse("new.test"), TestContext.Current.CancellationToken);
        await host.Lifecycle.AnnounceIdentityAsync(did, null, TestContext.Current.CancellationToken);

        var events = (await ReadAsync(host)).Skip(4).ToArray();
        Assert.Equal([EventKind.Identity, EventKind.Identity], events.Select(item => item.Kind));
        Assert.True(events[0].Frame.Span.IndexOf("new.test"u8) > 0);
        Assert.True(events[1].Frame.Span.IndexOf("handle"u8) < 0);
    }

    [Fact]
    public async Task What_one_process_appends_arrives_in_the_ring_of_another()
    {
        var database = await RepoHost.CreateDatabaseAsync(services);
        await using var one = await RepoHost.StartAsync(services, database);
        await using var two = await RepoHost.StartAsync(services, database);
        var did = await one.CreateAccountAsync();
        for (var i = 0; i < 20; i++)
        {
            await CreateAsync(i % 3 == 0 ? two : one, did, $"k{i}");
        }

        await Task.WhenAll(
            one.Ring.WaitAsync(after: 23, TestContext.Current.CancellationToken),
            two.Ring.WaitAsync(after: 23, TestContext.Current.CancellationToken));

        var expected = (await ReadAsync(one)).Select(item => item.Frame.ToArray()).ToArray();
        foreach (var ring in new[] { one.Ring, two.Ring })
        {
            // A process knows by heart what came since it began to follow the log, which may be after the first events.
            var events = new StreamEvent[100];
            var known = ring.Read(ring.Floor, events);
            Assert.Equal(24 - ring.Floor, known);
            Assert.Equal(expected[^known..], events[..known].Select(item => item.Frame.ToArray()));
        }
    }

    private static Task<CommitResult?> CreateAsync(RepoHost host, Did did, string rkey) =>
        host.ApplyAsync(did, host.Prepare(WriteAction.Create, Collection, rkey));

    private static Task<List<StreamEvent>> ReadAsync(RepoHost host) =>
        host.Get<EventStore>().ReadAsync(0, 1000, int.MaxValue, TestContext.Current.CancellationToken);
}
