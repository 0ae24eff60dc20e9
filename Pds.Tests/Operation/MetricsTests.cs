using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.RegularExpressions;
using Pds.LocalServices;
using Pds.Tests.Architecture;
using Pds.Tests.Deployment;
using Pds.Tests.Repo;
using Pds.Tests.Support;

namespace Pds.Tests.Operation;

/// <summary>What Prometheus is given, by a server in a process of its own to which everything has happened that is measured.</summary>
public sealed partial class MetricsTests(PdsFixture pds)
{
    private const string Token = "a token that only Prometheus has";

    [Fact]
    public async Task Every_metric_of_the_dashboard_and_the_alerts_is_exported_and_nobody_else_gets_any()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        await using var appView = await FakeService.StartAsync();
        await using var crawler = await TestCrawler.StartAsync(200);
        var mail = new MailSink();
        var settings = appView.AsAppView();
        foreach (var (name, value) in mail.Settings)
        {
            settings[name] = value;
        }

        var port = LoopbackPort.Free();
        settings["PDS_METRICS_LISTEN"] = $"{port}";
        settings["PDS_RATE_LIMITS_ENABLED"] = "true";
        settings["PDS_CRAWLERS"] = crawler.Url.ToString();
        await using var server = new ServerProcess(
            await PdsFixture.CreateDatabaseAsync(), TestServices.Shared.Redis, await pds.GetPlcUrlAsync(), settings);
        await server.StartAsync();
        await ExerciseAsync(server, appView, mail);

        using var http = TestHttp.Create(new Uri($"http://127.0.0.1:{port}"));
        var missing = Named();
        await Eventually.TrueAsync(async () =>
        {
            missing.ExceptWith(Series(await http.GetStringAsync("/metrics", cancellationToken)));
            return missing.Count == 0;
        }, () => $"Not exported: {string.Join(", ", missing)}");

        using var elsewhere = await server.Xrpc.Http.GetAsync("/metrics", cancellationToken);
        using var more = await http.GetAsync("/xrpc/com.atproto.server.describeServer", cancellationToken);
        using var ready = await http.GetAsync("/ready", cancellationToken);
        Assert.Equal(
            (HttpStatusCode.NotFound, HttpStatusCode.NotFound, HttpStatusCode.OK), (elsewhere.StatusCode, more.StatusCode, ready.StatusCode));
    }

    [Fact]
    public async Task With_a_token_metrics_are_fetched_on_the_servers_own_port_and_without_it_they_are_not_there()
    {
        await using var server = await pds.StartServerAsync(new Dictionary<string, string> { ["PDS_METRICS_TOKEN"] = Token });

        var statuses = new List<HttpStatusCode>();
        foreach (var shown in (string?[])[null, "another token that is as long", Token])
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/metrics");
            request.Headers.Authorization = shown is null ? null : new AuthenticationHeaderValue("Bearer", shown);
            using var answer = await server.Xrpc.Http.SendAsync(request, TestContext.Current.CancellationToken);
            statuses.Add(answer.StatusCode);
        }

        Assert.Equal([HttpStatusCode.NotFound, HttpStatusCode.NotFound, HttpStatusCode.OK], statuses);
    }

    [Fact]
    public void Every_alert_says_how_bad_it_is_and_stands_in_the_manual()
    {
        var manual = SourceTree.Read("docs/monitoring.md");
        var rules = (YamlDotNet.RepresentationModel.YamlSequenceNode)Assert.Single(
            Yaml.Parse(SourceTree.Read("deploy/prometheus/alerts.yml"))).Find("groups/0/rules")!;

        Assert.NotEmpty(rules.Children);
        Assert.All(rules.Children, rule =>
        {
            Assert.Contains($"`{rule.Text("alert")}`", manual, StringComparison.Ordinal);
            Assert.Contains(rule.Text("labels/severity"), (string[])["critical", "warning"]);
            Assert.False(string.IsNullOrWhiteSpace(rule.Text("annotations/summary")));
        });
    }

    private static async Task ExerciseAsync(ServerProcess server, FakeService appView, MailSink mail)
    {
        using var alice = await TestAccount.CreateAsync(server.Xrpc);
        using var stream = await StreamClient.ConnectAsync(server.Url, cursor: 0);
        using var early = await StreamClient.ConnectAsync(server.Url, cursor: 1_000_000);
        (await alice.CreateRecordAsync(Records.Post("measured"))).Ok();
        var upload = (await alice.ProcedureAsync("com.atproto.repo.uploadBlob", "bytes"u8.ToArray(), "text/plain")).Ok();
        var blob = upload.Json.GetProperty("blob");
        (await alice.CreateRecordAsync(
            new Dictionary<string, object> { ["$type"] = "com.example.file", ["file"] = blob }, "com.example.file")).Ok();
        (await alice.QueryAsync("com.atproto.sync.getBlob", ("did", alice.Did), ("cid", blob.GetProperty("ref").GetProperty("$link").GetString()))).Ok();
        await stream.ReadAsync(alice.Did, 1);
        await early.ReadAsync();

        var car = (await alice.QueryAsync("com.atproto.sync.getRepo", ("did", alice.Did))).Ok().Body;
        await alice.ProcedureAsync("com.atproto.repo.importRepo", car, "application/vnd.ipld.car");

        await server.Xrpc.ProcedureAsync(
            "com.atproto.server.createSession", new { identifier = alice.Handle, password = "not what it is" });
        alice.Token = alice.RefreshToken;
        var session = (await alice.ProcedureAsync("com.atproto.server.refreshSession")).Ok().Json;
        alice.Token = session.GetProperty("accessJwt").GetString();

        appView.Answer("app.bsky.actor.getSuggestions", new { actors = Array.Empty<string>() });
        await alice.QueryAsync("app.bsky.actor.getSuggestions");
        appView.Answer("app.bsky.actor.searchActors", new { error = "Broken", message = "" }, status: 500);
        await alice.QueryAsync("app.bsky.actor.searchActors");

        await alice.ProcedureAsync("com.atproto.server.requestEmailConfirmation");
        await mail.NextAsync(alice.Email);
        await mail.DisposeAsync();
        for (var i = 0; i < 6; i++)
        {
            await alice.ProcedureAsync("com.atproto.server.requestEmailConfirmation");
        }
    }

    private static HashSet<string> Named()
    {
        using var dashboard = JsonDocument.Parse(SourceTree.Read("deploy/grafana/pds.json"));
        var expressions = dashboard.RootElement.GetProperty("panels").EnumerateArray()
            .SelectMany(panel => panel.TryGetProperty("targets", out var targets) ? targets.EnumerateArray() : default(JsonElement.ArrayEnumerator))
            .Select(target => target.GetProperty("expr").GetString()!)
            .Append(SourceTree.Read("deploy/prometheus/alerts.yml"));
        var names = expressions.SelectMany(text => Metric().Matches(text)).Select(match => match.Value).ToHashSet();
        Assert.True(names.Count > 30, string.Join(' ', names));
        return names;
    }

    private static IEnumerable<string> Series(string scraped) => scraped.Split('\n')
        .Where(line => line.Length > 0 && line[0] != '#')
        .Select(line => line[..line.IndexOfAny(['{', ' '])]);

    // Names of labels stand after "by (".
    [GeneratedRegex(@"(?<!by \([a-z_, ]*)\b(?:pds|http|db|dotnet)_[a-z_]+[a-z](?=[{\[ )])")]
    private static partial Regex Metric();
}
