using System.Globalization;
using Pds.LocalServices;
using Pds.Tests.Support;

namespace Pds.Tests.Witnesses;

/// <summary>The official agent from npm, reading from an AppView through the server.</summary>
public sealed class ProxyClientTests(PdsFixture pds)
{
    [Fact]
    public async Task An_app_reads_writes_and_reports_through_its_server()
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromMinutes(2));
        var port = LoopbackPort.Free().ToString(CultureInfo.InvariantCulture);
        await using var server = await pds.StartServerAsync(new Dictionary<string, string>
        {
            ["PDS_BSKY_APP_VIEW_URL"] = $"http://127.0.0.1:{port}",
            ["PDS_BSKY_APP_VIEW_DID"] = $"did:web:localhost%3A{port}",
        });

        var printed = await NodeWitness.RunAsync(
            "proxy.mjs",
            new Dictionary<string, string>
            {
                ["PDS_URL"] = server.Url.AbsoluteUri,
                ["PLC_URL"] = server.PlcUrl.AbsoluteUri,
                ["APP_VIEW_PORT"] = port,
            },
            limit.Token);

        Assert.Equal(7, printed.Split('\n').Count(line => line.StartsWith("ok - ", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_web_app_sees_what_it_has_just_posted_before_the_AppView_does()
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(TimeSpan.FromMinutes(3));
        await using var appView = await FakeService.StartAsync();
        await using var server = await pds.StartServerAsync(appView.AsAppView());
        using var alice = await TestAccount.CreateAsync(server);
        (await alice.CreateRecordAsync(Records.Post("long ago"))).Ok();
        var seen = (await alice.QueryAsync("com.atproto.sync.getLatestCommit", ("did", alice.Did))).Ok().Json.GetProperty("rev").GetString()!;
        appView.Answer("app.bsky.feed.getTimeline", new { feed = new[] { OldPost() } }, 200, ("Atproto-Repo-Rev", seen));

        var printed = await NodeWitness.RunAsync(
            "oauth-timeline.mjs",
            new Dictionary<string, string>
            {
                ["PDS_URL"] = $"http://localhost:{server.Url.Port}",
                ["PLC_URL"] = server.PlcUrl.AbsoluteUri,
                ["HANDLE"] = alice.Handle.Value,
                ["PASSWORD"] = alice.Password,
                ["APP_VIEW_DID"] = appView.Did.Value,
            },
            limit.Token);

        Assert.Equal(3, printed.Split('\n').Count(line => line.StartsWith("ok - ", StringComparison.Ordinal)));
        Assert.Equal(["app.bsky.feed.getTimeline"], appView.CallsOf(alice).Select(call => call.Method).Distinct());
    }

    private static object OldPost() => new
    {
        post = new
        {
            uri = "at://did:plc:aaaaaaaaaaaaaaaaaaaaaaaa/app.bsky.feed.post/2222222222222",
            cid = "bafyreidfayvfuwqa7qlnopdjiqrxzs6blmoeu4rujcjtnci5beludirz2a",
            author = new { did = "did:plc:aaaaaaaaaaaaaaaaaaaaaaaa", handle = "other.test" },
            record = new Dictionary<string, object>
            {
                ["$type"] = "app.bsky.feed.post", ["text"] = "an old post", ["createdAt"] = "2020-01-01T00:00:00.000Z",
            },
            indexedAt = "2020-01-01T00:00:00.000Z",
        },
    };
}
