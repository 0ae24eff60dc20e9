using Pds.Tests.Support;

namespace Pds.Tests.Proxy;

/// <summary>Reports and labels, none of which are kept here: who is told and asked, and what is refused.</summary>
public sealed class ModerationForwardingTests(PdsFixture pds, ProxyWorld world) : IClassFixture<ProxyWorld>, IAsyncLifetime
{
    private const string Report = "com.atproto.moderation.createReport";
    private const string Labels = "com.atproto.label.queryLabels";

    private TestAccount _alice = null!;

    public async ValueTask InitializeAsync()
    {
        _alice = await world.CreateAccountAsync();
    }

    public ValueTask DisposeAsync()
    {
        _alice.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Labels_are_asked_of_the_AppView_or_of_the_labeler_that_is_named()
    {
        (await _alice.QueryAsync(Labels, ("uriPatterns", "*"))).Ok();
        (await _alice.SendAsync(Request(HttpMethod.Get, $"{Labels}?uriPatterns=*"))).Ok();

        var (usual, named) = (world.AppView.CallOf(_alice), world.Other.CallOf(_alice));
        Assert.Equal((Labels, "?uriPatterns=%2A"), (usual.Method, usual.Query));
        Assert.Equal((Labels, "?uriPatterns=*"), (named.Method, named.Query));
        Assert.Equal(
            (world.Other.Did.Value, Labels), (named.Claims.GetProperty("aud").GetString(), named.Claims.GetProperty("lxm").GetString()));
    }

    [Fact]
    public async Task What_a_labeler_refuses_is_refused_in_its_words()
    {
        const string Method = "com.atproto.temp.fetchLabels";
        world.Other.Answer(Method, new { error = "InvalidRequest", message = "since is no time" }, 400);

        var reply = await _alice.SendAsync(Request(HttpMethod.Get, $"{Method}?since=x"));

        Assert.Equal((400, "InvalidRequest", "since is no time"), (reply.Status, reply.Error, reply.Message));
    }

    [Fact]
    public async Task A_report_goes_to_the_service_for_reports_unless_another_is_named_and_comes_back_in_its_words()
    {
        await using var reports = await FakeService.StartAsync();
        var settings = world.Other.AsAppView();
        settings["PDS_MOD_SERVICE_URL"] = world.Other.Url.ToString();
        settings["PDS_MOD_SERVICE_DID"] = world.Other.Did.Value;
        settings["PDS_REPORT_SERVICE_URL"] = reports.Url.ToString();
        settings["PDS_REPORT_SERVICE_DID"] = reports.Did.Value;
        await using var server = await pds.StartServerAsync(settings);
        using var bob = await TestAccount.CreateAsync(server);
        reports.Answer(Report, new { error = "InvalidRequest", message = "Subject is unknown" }, 400);

        var refused = await bob.ProcedureAsync(Report, new { reasonType = "com.atproto.moderation.defs#reasonSpam" });
        var named = await bob.SendAsync(Request(HttpMethod.Post, Report));

        Assert.Equal((400, "InvalidRequest", "Subject is unknown"), (refused.Status, refused.Error, refused.Message));
        Assert.Equal(reports.Did.Value, reports.CallOf(bob).Claims.GetProperty("aud").GetString());
        named.Ok();
        Assert.Equal((Report, "{}"), (world.Other.CallOf(bob).Method, System.Text.Encoding.UTF8.GetString(world.Other.CallOf(bob).Body)));
    }

    [Fact]
    public async Task Nobody_reports_or_asks_without_a_session()
    {
        var report = await world.Server.Xrpc.ProcedureAsync(Report, new { });
        var labels = await world.Server.Xrpc.QueryAsync(Labels);

        Assert.Equal((401, "AuthMissing"), (report.Status, report.Error));
        Assert.Equal((401, "AuthMissing"), (labels.Status, labels.Error));
    }

    [Fact]
    public async Task Where_no_service_is_configured_neither_is_sent_on()
    {
        using var bob = await pds.CreateAccountAsync();

        var report = await bob.ProcedureAsync(Report, new { reasonType = "com.atproto.moderation.defs#reasonSpam" });
        var labels = await bob.QueryAsync(Labels, ("uriPatterns", "*"));

        Assert.Equal((400, "InvalidRequest", $"No service configured for {Report}"), (report.Status, report.Error, report.Message));
        Assert.Equal((400, "InvalidRequest", $"No service configured for {Labels}"), (labels.Status, labels.Error, labels.Message));
    }

    [Theory]
    [InlineData("did:web:localhost", "no service id specified in proxy header")]
    [InlineData("nonsense#atproto_labeler", "could not resolve proxy did")]
    public async Task A_report_to_nowhere_is_refused(string labeler, string message)
    {
        var reply = await _alice.SendAsync(Request(HttpMethod.Post, Report, labeler));

        Assert.Equal((400, "InvalidRequest", message), (reply.Status, reply.Error, reply.Message));
        Assert.Empty(world.Other.CallsOf(_alice));
    }

    private HttpRequestMessage Request(HttpMethod verb, string path, string? labeler = null)
    {
        var request = new HttpRequestMessage(verb, $"/xrpc/{path}");
        request.Headers.TryAddWithoutValidation("atproto-proxy", labeler ?? $"{world.Other.Did}#atproto_labeler");
        if (verb == HttpMethod.Post)
        {
            request.Content = new StringContent("{}", new System.Net.Http.Headers.MediaTypeHeaderValue("application/json"));
        }

        return request;
    }
}
