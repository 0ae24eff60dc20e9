using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Pds.Modules.Auth;
using Pds.Modules.Auth.OAuth;
using Pds.Modules.Auth.OAuth.Clients;
using Pds.Tests.Support;
using Pds.Xrpc;
using Pds.Xrpc.Outgoing;

namespace Pds.Tests.Auth.OAuth.Clients;

public sealed class ClientDirectoryTests : IAsyncLifetime
{
    private ClientBench _bench = null!;

    public async ValueTask InitializeAsync() => _bench = await ClientBench.StartAsync();

    public ValueTask DisposeAsync() => _bench.DisposeAsync();

    [Fact]
    public async Task An_app_is_found_by_the_URL_of_its_metadata()
    {
        var client = await _bench.GetAsync();

        Assert.Equal((_bench.Host.ClientId, "The app", false), (client.ClientId, client.Name, client.IsTrusted));
        Assert.True(client.AllowsRedirect(_bench.Host.RedirectUri));
    }

    [Fact]
    public async Task A_loopback_app_is_found_without_asking_anyone() =>
        Assert.True((await _bench.Directory.GetAsync("http://localhost", TestContext.Current.CancellationToken)).IsLoopback);

    [Fact]
    public async Task The_document_is_asked_for_as_JSON()
    {
        string? accept = null;
        _bench.Host.Instead[OAuthClientHost.MetadataPath] = context =>
        {
            accept = context.Request.Headers.Accept;
            return OAuthClientHost.WriteAsync(context, "application/json; charset=utf-8", _bench.Host.Metadata.ToJsonString());
        };

        await _bench.GetAsync();

        Assert.Equal("application/json", accept);
    }

    [Theory]
    [InlineData(404)]
    [InlineData(201)]
    [InlineData(500)]
    public Task Another_status_than_200_is_refused(int status)
    {
        Answer(context =>
        {
            context.Response.StatusCode = status;
            return OAuthClientHost.WriteAsync(context, "application/json", _bench.Host.Metadata.ToJsonString());
        });
        return _bench.AssertRefusedAsync($"client_id must be answered with status 200, not {status}");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public Task A_redirect_is_refused(bool permanent)
    {
        _bench.Host.Instead["/elsewhere"] = context =>
            OAuthClientHost.WriteAsync(context, "application/json", _bench.Host.Metadata.ToJsonString());
        Answer(context =>
        {
            context.Response.Redirect("/elsewhere", permanent);
            return Task.CompletedTask;
        });
        return _bench.AssertRefusedAsync("client_id must not be answered with a redirect");
    }

    [Theory]
    [InlineData("text/html")]
    [InlineData("text/json")]
    [InlineData("application/ld+json")]
    [InlineData("application/octet-stream")]
    public Task Another_content_type_is_refused(string type)
    {
        Answer(context => OAuthClientHost.WriteAsync(context, type, _bench.Host.Metadata.ToJsonString()));
        return _bench.AssertRefusedAsync("client_id must be answered with content type application/json");
    }

    [Fact]
    public Task No_content_type_is_refused()
    {
        Answer(context => context.Response.WriteAsync(_bench.Host.Metadata.ToJsonString()));
        return _bench.AssertRefusedAsync("client_id must be answered with content type application/json");
    }

    [Theory]
    [InlineData("")]
    [InlineData("<html>")]
    [InlineData("{\"client_id\":")]
    public Task What_is_not_JSON_is_refused(string text)
    {
        Answer(context => OAuthClientHost.WriteAsync(context, "application/json", text));
        return _bench.AssertRefusedAsync("client_id must lead to JSON");
    }

    [Theory]
    [InlineData("\\ud800")]
    [InlineData("\u00ff")]
    public Task Text_that_is_none_is_refused(string name)
    {
        var text = _bench.Host.Metadata.ToJsonString().Replace("The app", name, StringComparison.Ordinal);
        Answer(async context =>
        {
            context.Response.ContentType = "application/json";
            await context.Response.Body.WriteAsync(Encoding.Latin1.GetBytes(text), context.RequestAborted);
        });
        return _bench.AssertRefusedAsync("client_id must lead to JSON");
    }

    [Fact]
    public Task A_document_that_names_another_app_is_refused()
    {
        _bench.Host.Metadata["client_id"] = "https://other.example.com/client-metadata.json";
        return _bench.AssertRefusedAsync("client_id must be the URL of the document");
    }

    [Fact]
    public async Task A_document_of_512_KiB_is_read_and_a_larger_one_is_refused()
    {
        var text = _bench.Host.Metadata.ToJsonString();
        Answer(context => OAuthClientHost.WriteAsync(context, "application/json", text.PadRight(ClientDocuments.MaxJsonLength)));
        await _bench.GetAsync();

        await using var other = await ClientBench.StartAsync();
        var endless = other.Host.Metadata.ToJsonString().PadRight(ClientDocuments.MaxJsonLength + 1);
        other.Host.Instead[OAuthClientHost.MetadataPath] = context => OAuthClientHost.WriteAsync(context, "application/json", endless);
        await other.AssertRefusedAsync("client_id must lead to at most 512 KiB");
    }

    [Fact]
    public Task A_document_that_is_large_when_decompressed_is_refused()
    {
        Answer(async context =>
        {
            context.Response.ContentType = "application/json";
            context.Response.Headers.ContentEncoding = "gzip";
            await using var zip = new GZipStream(context.Response.Body, CompressionLevel.Fastest);
            await zip.WriteAsync(new byte[64 << 20], context.RequestAborted);
        });
        return _bench.AssertRefusedAsync("client_id must lead to at most 512 KiB");
    }

    [Fact]
    public async Task A_server_that_does_not_answer_in_time_is_given_up()
    {
        Answer(context => Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted));
        var refused = _bench.AssertRefusedAsync("client_id was not answered in time");
        await _bench.Host.WaitForRequestAsync(OAuthClientHost.MetadataPath);

        _bench.Time.Advance(ClientDocuments.Patience);

        await refused;
    }

    [Fact]
    public async Task A_server_that_begins_to_answer_and_does_not_end_is_given_up()
    {
        var begun = new TaskCompletionSource();
        Answer(async context =>
        {
            await OAuthClientHost.WriteAsync(context, "application/json", "{");
            await context.Response.Body.FlushAsync(context.RequestAborted);
            begun.SetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, context.RequestAborted);
        });
        var refused = _bench.AssertRefusedAsync("client_id was not answered in time");
        await begun.Task;

        _bench.Time.Advance(ClientDocuments.Patience);

        await refused;
    }

    [Fact]
    public async Task A_private_address_is_not_asked()
    {
        await using var host = await OAuthClientHost.StartAsync();
        var service = new ServiceOptions { DevMode = true, DisableSsrfProtection = false };
        using var http = new OutgoingHttp(service);
        await using var redis = await ProofBench.ConnectNowhereAsync();
        using var cache = new ClientCache(redis, _bench.Time, NullLogger<ClientCache>.Instance);
        var directory = new ClientDirectory(
            new ClientDocuments(http, _bench.Time), cache, service, new AuthOptions(), _bench.Time, NullLogger<ClientDirectory>.Instance);

        var refusal = await Assert.ThrowsAsync<OAuthException>(
            () => directory.GetAsync(host.ClientId, TestContext.Current.CancellationToken));

        Assert.Equal("client_id could not be fetched", refusal.Message);
        Assert.Equal(0, host.CountOf(OAuthClientHost.MetadataPath));
    }

    [Fact]
    public async Task An_app_is_kept_for_ten_minutes()
    {
        await _bench.GetAsync();
        _bench.Host.Metadata["client_name"] = "The app, renamed";

        _bench.Time.Advance(ClientDirectory.Kept - TimeSpan.FromSeconds(1));
        Assert.Equal("The app", (await _bench.GetAsync()).Name);

        _bench.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("The app, renamed", (await _bench.GetAsync()).Name);
        Assert.Equal(2, _bench.Host.CountOf(OAuthClientHost.MetadataPath));
    }

    [Fact]
    public async Task A_refusal_is_kept_for_a_moment()
    {
        _bench.Host.Metadata["dpop_bound_access_tokens"] = false;
        await _bench.AssertRefusedAsync("dpop_bound_access_tokens must be true");
        _bench.Host.Metadata["dpop_bound_access_tokens"] = true;

        await _bench.AssertRefusedAsync("dpop_bound_access_tokens must be true");
        Assert.Equal(1, _bench.Host.CountOf(OAuthClientHost.MetadataPath));

        _bench.Time.Advance(ClientDirectory.RefusalKept);
        await _bench.GetAsync();
    }

    [Fact]
    public async Task Whoever_wants_the_same_app_waits_for_one_request()
    {
        var release = new TaskCompletionSource();
        Answer(async context =>
        {
            await release.Task;
            await OAuthClientHost.WriteAsync(context, "application/json", _bench.Host.Metadata.ToJsonString());
        });
        var all = Task.WhenAll(Enumerable.Range(0, 20).Select(_ => _bench.GetAsync()));
        await _bench.Host.WaitForRequestAsync(OAuthClientHost.MetadataPath);

        release.SetResult();

        Assert.Single((await all).Distinct(ReferenceEqualityComparer.Instance));
        Assert.Equal(1, _bench.Host.CountOf(OAuthClientHost.MetadataPath));
    }

    [Fact]
    public async Task One_who_gives_up_does_not_end_the_request_of_the_others()
    {
        var release = new TaskCompletionSource();
        Answer(async context =>
        {
            await release.Task;
            await OAuthClientHost.WriteAsync(context, "application/json", _bench.Host.Metadata.ToJsonString());
        });
        using var impatient = new CancellationTokenSource();
        var first = _bench.Directory.GetAsync(_bench.Host.ClientId, impatient.Token);
        await _bench.Host.WaitForRequestAsync(OAuthClientHost.MetadataPath);
        var second = _bench.GetAsync();

        await impatient.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        release.SetResult();

        Assert.Equal(_bench.Host.ClientId, (await second).ClientId);
    }

    [Fact]
    public async Task What_one_replica_has_fetched_the_others_know_as_long()
    {
        await _bench.GetAsync();
        _bench.Time.Advance(TimeSpan.FromMinutes(6));
        var replica = _bench.NewDirectory();

        Assert.Equal("The app", (await replica.GetAsync(_bench.Host.ClientId, TestContext.Current.CancellationToken)).Name);
        Assert.Equal(1, _bench.Host.CountOf(OAuthClientHost.MetadataPath));

        _bench.Time.Advance(TimeSpan.FromMinutes(4));
        await replica.GetAsync(_bench.Host.ClientId, TestContext.Current.CancellationToken);
        Assert.Equal(2, _bench.Host.CountOf(OAuthClientHost.MetadataPath));
    }

    [Fact]
    public async Task Without_Redis_each_replica_fetches_for_itself()
    {
        await using var nowhere = await ProofBench.ConnectNowhereAsync();
        var alone = _bench.NewDirectory(nowhere);

        for (var i = 0; i < 2; i++)
        {
            Assert.Equal("The app", (await alone.GetAsync(_bench.Host.ClientId, TestContext.Current.CancellationToken)).Name);
        }

        Assert.Equal(1, _bench.Host.CountOf(OAuthClientHost.MetadataPath));
    }

    [Fact]
    public async Task An_app_that_the_operator_lists_is_trusted()
    {
        var directory = _bench.NewDirectory(null, "https://other.example.com/client", _bench.Host.ClientId);

        Assert.True((await directory.GetAsync(_bench.Host.ClientId, TestContext.Current.CancellationToken)).IsTrusted);
    }

    [Fact]
    public async Task Only_an_app_that_was_asked_for_is_known()
    {
        Assert.Null(await _bench.Directory.FindKnownAsync(_bench.Host.ClientId));
        Assert.Null(await _bench.Directory.FindKnownAsync("not a client id"));
        Assert.Null(await _bench.Directory.FindKnownAsync("http://localhost"));
        await _bench.GetAsync();

        Assert.Equal("The app", (await _bench.Directory.FindKnownAsync(_bench.Host.ClientId))?.Name);
    }

    [Fact]
    public async Task Keys_at_an_address_of_their_own_are_fetched_with_the_app_and_shared()
    {
        await using var bench = await ClientBench.StartConfidentialAsync(keysApart: true);
        var client = await bench.GetAsync();
        var shared = await bench.NewDirectory().GetAsync(bench.Host.ClientId, TestContext.Current.CancellationToken);

        Assert.Equal("key-1", Assert.Single(client.Keys!.Keys).Kid);
        Assert.Equal("key-1", Assert.Single(shared.Keys!.Keys).Kid);
        Assert.Equal(1, bench.Host.CountOf(OAuthClientHost.KeysPath));
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("application/jwk-set+json")]
    [InlineData(null)]
    public async Task Keys_may_be_of_their_own_content_type_or_of_none(string? type)
    {
        await using var bench = await ClientBench.StartConfidentialAsync(keysApart: true);
        bench.Host.Instead[OAuthClientHost.KeysPath] = context =>
        {
            context.Response.ContentType = type;
            return context.Response.WriteAsync(bench.Host.PublishKeys().ToJsonString());
        };

        Assert.Single((await bench.GetAsync()).Keys!.Keys);
    }

    [Theory]
    [InlineData(404, "application/json", "{}", "must be answered with status 200, not 404")]
    [InlineData(200, "text/html", "{}", "must be answered with content type application/json")]
    [InlineData(200, "application/json", "<html>", "must lead to JSON")]
    [InlineData(200, "application/json", "{\"keys\":[]}", "must be a JSON Web Key Set of at least one key")]
    [InlineData(200, "application/json", "{\"keys\":[{\"kty\":\"EC\",\"kid\":\"1\",\"d\":\"AA\"}]}", "must hold public keys only")]
    public async Task Keys_that_cannot_be_had_are_refused(int status, string type, string text, string rule)
    {
        await using var bench = await ClientBench.StartConfidentialAsync(keysApart: true);
        bench.Host.Instead[OAuthClientHost.KeysPath] = context =>
        {
            context.Response.StatusCode = status;
            return OAuthClientHost.WriteAsync(context, type, text);
        };

        await bench.AssertRefusedAsync($"jwks_uri {rule}");
    }

    [Fact]
    public async Task The_refusal_of_a_redirect_URI_keeps_its_name()
    {
        _bench.Host.Metadata["redirect_uris"] = new JsonArray("http://localhost/cb");

        for (var i = 0; i < 2; i++)
        {
            Assert.Equal("invalid_redirect_uri", (await Assert.ThrowsAsync<OAuthException>(_bench.GetAsync)).Error);
        }
    }

    private void Answer(RequestDelegate answer) => _bench.Host.Instead[OAuthClientHost.MetadataPath] = answer;
}
