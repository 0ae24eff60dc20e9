using System.Buffers.Text;
using System.Globalization;
using System.IO.Compression;
using System.Text;
using AtProto.Crypto;
using Microsoft.AspNetCore.Http;
using Pds.Contracts.Repo;
using Pds.LocalServices;
using Pds.Tests.Support;

namespace Pds.Tests.Proxy;

/// <summary>Requests that others answer: where they go, what of them goes, and what comes back.</summary>
public sealed class ForwardingTests(PdsFixture pds, ProxyWorld world) : IClassFixture<ProxyWorld>, IAsyncLifetime
{
    private const string Method = "app.bsky.feed.searchPosts";

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
    public async Task A_method_that_is_not_served_here_goes_to_the_AppView_with_the_accounts_token()
    {
        var reply = await _alice.QueryAsync(Method, ("q", "a b"), ("limit", 3));

        Assert.Equal(Method, reply.Ok().Json.GetProperty("answered").GetString());
        Assert.Equal(("private", "Authorization"), (reply.Header("Cache-Control"), reply.Header("Vary")));
        var call = world.AppView.CallOf(_alice);
        Assert.Equal(("GET", "?q=a%20b&limit=3"), (call.Verb, call.Query));
        Assert.Equal(_alice.Did.Value, call.Claims.GetProperty("iss").GetString());
        Assert.Equal(world.AppView.Did.Value, call.Claims.GetProperty("aud").GetString());
        Assert.Equal(Method, call.Claims.GetProperty("lxm").GetString());
        var key = await world.Server.InvokeAsync<RepositorySigningKey?>(new GetSigningKey(_alice.Did));
        var parts = call.Token.Split('.');
        Assert.True(PublicKey.ParseDidKey(key!.DidKey).Verify(
            Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}"), Base64Url.DecodeFromChars(parts[2])));
    }

    [Fact]
    public async Task A_token_serves_for_reading_again_and_for_writing_once()
    {
        // Every process has tokens of its own.
        var processes = world.Server.Replicas.Count;
        for (var i = 0; i <= processes; i++)
        {
            (await _alice.QueryAsync(Method)).Ok();
        }

        (await _alice.ProcedureAsync("app.bsky.graph.muteActor", new { actor = "a.test" })).Ok();
        (await _alice.ProcedureAsync("app.bsky.graph.muteActor", new { actor = "a.test" })).Ok();

        var tokens = world.AppView.CallsOf(_alice).Select(call => call.Token).ToArray();
        Assert.InRange(tokens[..^2].Distinct().Count(), 1, processes);
        Assert.NotEqual(tokens[^2], tokens[^1]);
    }

    [Fact]
    public async Task Of_a_requests_headers_only_those_for_the_service_go_along()
    {
        var request = new HttpRequestMessage(HttpMethod.Get, $"/xrpc/{Method}");
        foreach (var (name, value) in new[]
        {
            ("Accept-Language", "pt, en"), ("Atproto-Accept-Labelers", "did:plc:a;redact"), ("X-Bsky-Topics", "cats"),
            ("X-Atproto-Anything", "1"), ("X-Atproto-Ab", "2"), ("Cookie", "secret=1"), ("DPoP", "proof"), ("X-Forwarded-For", "1.2.3.4"),
            ("User-Agent", "app/1"), ("Referer", "https://a.test/"), ("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
        })
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        (await _alice.SendAsync(request)).Ok();

        var headers = world.AppView.CallOf(_alice).Headers;
        Assert.Equal(
            ["Accept-Encoding", "Accept-Language", "Atproto-Accept-Labelers", "Authorization", "Host", "X-Atproto-Ab", "X-Atproto-Anything", "X-Bsky-Topics"],
            headers.Keys.Order(StringComparer.OrdinalIgnoreCase), StringComparer.OrdinalIgnoreCase);
        Assert.Equal(("pt, en", "identity"), (headers["Accept-Language"], headers["Accept-Encoding"]));
    }

    [Fact]
    public async Task Of_an_answers_headers_only_those_for_the_client_come_back()
    {
        const string Method = "app.bsky.test.headers";
        world.AppView.Answer(
            Method, new { }, 200,
            ("Atproto-Repo-Rev", "3l"), ("Atproto-Content-Labelers", "did:plc:a"), ("Retry-After", "7"), ("Content-Language", "de"),
            ("Set-Cookie", "a=b"), ("Server", "x"), ("Access-Control-Allow-Origin", "https://only.test"));

        var reply = (await _alice.QueryAsync(Method)).Ok();

        Assert.Equal(
            ("3l", "did:plc:a", "7", "de"),
            (reply.Header("Atproto-Repo-Rev"), reply.Header("Atproto-Content-Labelers"), reply.Header("Retry-After"), reply.Header("Content-Language")));
        Assert.Null(reply.Header("Set-Cookie"));
        Assert.Equal("*", reply.Header("Access-Control-Allow-Origin"));
    }

    [Fact]
    public async Task A_body_passes_with_its_type_and_encoding_both_ways()
    {
        var sent = Gzip("{\"text\":\"hello\"}");
        var answered = Gzip(new string('x', 3000));
        world.AppView.Answer("app.bsky.video.uploadVideo", (context, _) =>
        {
            context.Response.ContentType = "application/json";
            context.Response.Headers.ContentEncoding = "gzip";
            return context.Response.Body.WriteAsync(answered).AsTask();
        });

        var reply = await _alice.ProcedureAsync("app.bsky.video.uploadVideo", sent, "video/mp4", "gzip");

        Assert.Equal(answered, reply.Ok().Body);
        Assert.Equal("gzip", reply.Header("Content-Encoding"));
        var call = world.AppView.CallOf(_alice);
        Assert.Equal(sent, call.Body);
        Assert.Equal(
            ("video/mp4", "gzip", sent.Length.ToString(CultureInfo.InvariantCulture)),
            (call.Headers["Content-Type"], call.Headers["Content-Encoding"], call.Headers["Content-Length"]));
    }

    [Fact]
    public async Task The_header_names_another_service_by_DID_and_id()
    {
        var reply = await _alice.SendAsync(Request("chat.bsky.convo.listConvos", $"{world.Other.Did}#bsky_chat"));

        reply.Ok();
        Assert.Empty(world.AppView.CallsOf(_alice));
        Assert.Equal(world.Other.Did.Value, world.Other.CallOf(_alice).Claims.GetProperty("aud").GetString());
    }

    [Theory]
    [InlineData("#bsky_chat", "no did specified in proxy header")]
    [InlineData("did:web:localhost", "no service id specified in proxy header")]
    [InlineData("did:web:localhost#", "no service id specified in proxy header")]
    [InlineData("did:web:localhost#a#b", "invalid proxy header format")]
    [InlineData("did:web:localhost#a b", "proxy header cannot contain spaces")]
    [InlineData("did:plc:aaaaaaaaaaaaaaaaaaaaaaaa#a", "could not resolve proxy did")]
    [InlineData("nonsense#a", "could not resolve proxy did")]
    public async Task A_header_that_names_no_service_is_refused(string header, string message)
    {
        var reply = await _alice.SendAsync(Request(Method, header));

        Assert.Equal((400, "InvalidRequest", message), (reply.Status, reply.Error, reply.Message));
    }

    [Fact]
    public async Task A_service_that_a_DID_does_not_have_is_refused()
    {
        var reply = await _alice.SendAsync(Request(Method, $"{world.Other.Did}#bsky_feedgen"));

        Assert.Equal((400, "could not resolve proxy did service url"), (reply.Status, reply.Message));
    }

    [Theory]
    [InlineData("tools.ozone.moderation.queryEvents")]
    [InlineData("com.atproto.moderation.createReport")]
    public async Task What_is_for_moderators_goes_to_the_moderation_service(string method)
    {
        var reply = method.EndsWith("Events", StringComparison.Ordinal)
            ? await _alice.QueryAsync(method)
            : await _alice.ProcedureAsync(method, new { reasonType = "com.atproto.moderation.defs#reasonSpam" });

        reply.Ok();
        Assert.Equal(method, world.Other.CallOf(_alice).Method);
        Assert.Equal(world.Other.Did.Value, world.Other.CallOf(_alice).Claims.GetProperty("aud").GetString());
    }

    [Fact]
    public async Task A_services_refusal_passes_with_its_name_and_message()
    {
        const string Method = "app.bsky.test.refusal";
        world.AppView.Answer(Method, new { error = "BlockedActor", message = "They blocked you", more = 1 }, 400, ("Retry-After", "9"));

        var reply = await _alice.QueryAsync(Method);

        Assert.Equal((400, "BlockedActor", "They blocked you"), (reply.Status, reply.Error, reply.Message));
        Assert.Equal("9", reply.Header("Retry-After"));
    }

    [Theory]
    [InlineData(500, 502, "UpstreamFailure")]
    [InlineData(501, 501, "MethodNotImplemented")]
    [InlineData(404, 404, "XRPCNotSupported")]
    [InlineData(302, 502, "UpstreamFailure")]
    public async Task A_service_that_fails_without_a_name_is_named(int status, int expected, string error)
    {
        var method = $"app.bsky.test.status{status}";
        world.AppView.Answer(method, (context, _) =>
        {
            context.Response.StatusCode = status;
            context.Response.Headers.Location = "http://127.0.0.1/";
            return context.Response.WriteAsync("<html>");
        });

        var reply = await _alice.QueryAsync(method);

        Assert.Equal((expected, error), (reply.Status, reply.Error));
    }

    [Fact]
    public async Task A_service_that_cannot_be_reached_is_an_upstream_failure()
    {
        await using var server = await pds.StartServerAsync(new Dictionary<string, string>
        {
            ["PDS_BSKY_APP_VIEW_URL"] = $"http://127.0.0.1:{LoopbackPort.Free()}",
            ["PDS_BSKY_APP_VIEW_DID"] = world.AppView.Did.Value,
        });
        using var bob = await TestAccount.CreateAsync(server);

        var reply = await bob.QueryAsync(Method);

        Assert.Equal((502, "UpstreamFailure", "Upstream service unreachable"), (reply.Status, reply.Error, reply.Message));
    }

    [Theory]
    [InlineData(2, 200)]
    [InlineData(1, 502)]
    public async Task A_question_whose_connection_broke_is_asked_again_as_often_as_the_operator_says(int retries, int status)
    {
        var settings = world.AppView.AsAppView();
        settings["PDS_PROXY_MAX_RETRIES"] = $"{retries}";
        await using var server = await pds.StartServerAsync(settings);
        using var bob = await TestAccount.CreateAsync(server);
        var (question, order) = ($"app.bsky.test.breaksFor{retries}", $"app.bsky.test.breaksOnceFor{retries}");
        var asked = 0;
        world.AppView.Answer(question, BreakTwiceAsync);
        world.AppView.Answer(order, BreakTwiceAsync);

        var answer = await bob.QueryAsync(question);
        var breaks = asked;
        asked = 0;
        var done = await bob.ProcedureAsync(order, new { });

        Assert.Equal((status, retries + 1), (answer.Status, breaks));
        Assert.Equal((502, 1), (done.Status, asked));

        Task BreakTwiceAsync(HttpContext context, ReceivedCall call)
        {
            if (++asked > 2)
            {
                return context.Response.WriteAsJsonAsync(new { });
            }

            context.Abort();
            return Task.CompletedTask;
        }
    }

    [Theory]
    [InlineData(true, "br, gzip")]
    [InlineData(false, "identity, br;q=0.1, gzip;q=0.1")]
    public async Task What_is_read_here_is_asked_for_as_the_operator_likes_it(bool prefersCompressed, string asked)
    {
        var settings = world.AppView.AsAppView();
        settings["PDS_PROXY_PREFER_COMPRESSED"] = $"{prefersCompressed}";
        await using var server = await pds.StartServerAsync(settings);
        using var bob = await TestAccount.CreateAsync(server);
        var request = new HttpRequestMessage(HttpMethod.Get, "/xrpc/app.bsky.feed.getTimeline");
        request.Headers.TryAddWithoutValidation("Accept-Encoding", "gzip, br, zstd");

        (await bob.SendAsync(request)).Ok();

        Assert.Equal(asked, world.AppView.CallOf(bob).Headers["Accept-Encoding"]);
    }

    [Theory]
    [InlineData("app.bsky.feed.searchPosts")]
    [InlineData("app.bsky.actor.getPreferences")]
    [InlineData("tools.ozone.moderation.queryEvents")]
    public async Task Where_no_service_is_configured_nothing_is_sent_on(string method)
    {
        using var bob = await pds.CreateAccountAsync();

        var reply = await bob.QueryAsync(method);

        Assert.Equal((400, "InvalidRequest", $"No service configured for {method}"), (reply.Status, reply.Error, reply.Message));
    }

    [Fact]
    public async Task A_service_that_thinks_too_long_is_an_upstream_failure_and_one_that_stands_still_is_left()
    {
        var settings = world.AppView.AsAppView();
        settings["PDS_PROXY_HEADERS_TIMEOUT"] = "100";
        settings["PDS_PROXY_BODY_TIMEOUT"] = "500";
        await using var server = await pds.StartServerAsync(settings);
        using var bob = await TestAccount.CreateAsync(server);
        world.AppView.Answer("app.bsky.test.never", (context, _) => Task.Delay(Timeout.Infinite, context.RequestAborted));

        world.AppView.Answer("app.bsky.test.stands", async (context, _) =>
        {
            await context.Response.WriteAsync("{");
            await context.Response.Body.FlushAsync();
            await Task.Delay(Timeout.Infinite, context.RequestAborted);
        });

        var reply = await bob.QueryAsync("app.bsky.test.never");
        var left = await Record.ExceptionAsync(async () =>
            Assert.Equal(502, (await bob.ProcedureAsync("app.bsky.test.stands", new { })).Status));

        Assert.Equal((502, "UpstreamFailure"), (reply.Status, reply.Error));
        Assert.True(left is null or HttpRequestException, left?.ToString());
    }

    [Fact]
    public async Task Only_a_service_that_the_operator_chose_may_be_on_a_private_network()
    {
        var settings = world.AppView.AsAppView();
        settings["PDS_DISABLE_SSRF_PROTECTION"] = "false";
        await using var server = await pds.StartServerAsync(settings);
        using var bob = await TestAccount.CreateAsync(server);

        var chosen = await bob.SendAsync(Request(Method, $"{world.AppView.Did}#bsky_appview"));
        var foreign = await bob.SendAsync(Request(Method, $"{bob.Did}#atproto_pds"));

        Assert.Equal(200, chosen.Status);
        Assert.Equal((400, "could not resolve proxy did service url"), (foreign.Status, foreign.Message));
    }

    [Fact]
    public async Task An_answer_beyond_the_limit_is_refused_or_broken_off()
    {
        world.AppView.Answer("app.bsky.test.known", (context, _) =>
        {
            context.Response.ContentLength = 200_001;
            return context.Response.Body.WriteAsync(new byte[200_001]).AsTask();
        });
        world.AppView.Answer("app.bsky.test.unknown", async (context, _) =>
        {
            for (var i = 0; i < 21; i++)
            {
                await context.Response.Body.WriteAsync(new byte[10_000]);
            }
        });

        var known = await _alice.QueryAsync("app.bsky.test.known");

        Assert.Equal((502, "UpstreamFailure"), (known.Status, known.Error));
        await Assert.ThrowsAnyAsync<HttpRequestException>(() => _alice.QueryAsync("app.bsky.test.unknown"));
    }

    [Fact]
    public async Task An_upgrade_is_not_passed_on()
    {
        var request = Request(Method, null);
        request.Headers.Connection.Add("Upgrade");
        request.Headers.Upgrade.ParseAdd("tunnel");

        var reply = await _alice.SendAsync(request);

        reply.Ok();
        Assert.DoesNotContain("Upgrade", world.AppView.CallOf(_alice).Headers.Keys);
    }

    private static HttpRequestMessage Request(string method, string? proxy)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, $"/xrpc/{method}");
        if (proxy is not null)
        {
            request.Headers.TryAddWithoutValidation("atproto-proxy", proxy);
        }

        return request;
    }

    private static byte[] Gzip(string text)
    {
        using var buffer = new MemoryStream();
        using (var gzip = new GZipStream(buffer, CompressionLevel.Fastest))
        {
            gzip.Write(Encoding.UTF8.GetBytes(text));
        }

        return buffer.ToArray();
    }
}
