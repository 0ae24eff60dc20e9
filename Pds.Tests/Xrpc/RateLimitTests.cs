using System.Globalization;
using System.Security.Cryptography;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Pds.Modules.Auth.RateLimits;
using Pds.Tests.Support;
using Pds.Tests.Web;
using Pds.Xrpc;

namespace Pds.Tests.Xrpc;

/// <summary>How often a client may ask, and what it is told of it.</summary>
public sealed class RateLimitTests(PdsFixture pds)
{
    private const string Describe = "com.atproto.server.describeServer";
    private const string CreateSession = "com.atproto.server.createSession";

    // A window of any length begins here.
    private readonly FakeTimeProvider _time = new(DateTimeOffset.UnixEpoch.AddYears(60).Date);

    // The servers of other tests count in the same Redis.
    private readonly string _address = $"198.18.{RandomNumberGenerator.GetInt32(256)}.{RandomNumberGenerator.GetInt32(256)}";

    [Fact]
    public async Task An_answer_tells_what_is_left_and_when_there_is_more()
    {
        await using var server = await StartAsync();

        await server.Xrpc.QueryAsync(Describe);
        var reply = (await server.Xrpc.QueryAsync(Describe)).Ok();

        var end = _time.GetUtcNow().AddMinutes(5).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        Assert.Equal(
            ("3000", "2998", end, "3000;w=300"),
            (reply.Header("RateLimit-Limit"), reply.Header("RateLimit-Remaining"), reply.Header("RateLimit-Reset"), reply.Header("RateLimit-Policy")));
    }

    [Fact]
    public async Task One_sign_in_too_many_is_refused_until_the_window_ends()
    {
        await using var server = await StartAsync();
        using var alice = await TestAccount.CreateAsync(server);
        for (var i = 0; i < 30; i++)
        {
            (await SignInAsync(server, alice)).Ok();
        }

        var refused = await SignInAsync(server, alice);
        var other = await server.Xrpc.ProcedureAsync(CreateSession, new { identifier = alice.Email, password = alice.Password });
        _time.Advance(TimeSpan.FromMinutes(5));
        var later = await SignInAsync(server, alice);

        Assert.Equal((429, "RateLimitExceeded", "Rate Limit Exceeded"), (refused.Status, refused.Error, refused.Message));
        Assert.Equal(
            ("30", "0", "300", "30;w=300"),
            (refused.Header("RateLimit-Limit"), refused.Header("RateLimit-Remaining"), refused.Header("Retry-After"), refused.Header("RateLimit-Policy")));
        Assert.Equal((200, 200), (other.Status, later.Status));
    }

    [Fact]
    public async Task Writes_cost_what_they_do()
    {
        await using var server = await StartAsync();
        using var alice = await TestAccount.CreateAsync(server);

        (await alice.CreateRecordAsync(Records.Post("one"), rkey: "3jzfcijpj2z2a")).Ok();
        (await alice.PutRecordAsync(Records.Post("two"), "app.bsky.feed.post", "3jzfcijpj2z2a")).Ok();
        (await alice.DeleteRecordAsync("app.bsky.feed.post", "3jzfcijpj2z2a")).Ok();
        await ApplyAsync(alice, 200);
        var spent = (await server.Services.GetRequiredService<RateLimitCounters>().SpendAsync(RateLimit.RepoWrites[0], alice.Did.Value, 0)).Spent;

        Assert.Equal(3 + 2 + 1 + 600, spent);
    }

    [Fact]
    public async Task An_account_that_wrote_too_much_in_an_hour_waits()
    {
        await using var server = await StartAsync();
        using var alice = await TestAccount.CreateAsync(server);
        using var bob = await TestAccount.CreateAsync(server);
        await server.Services.GetRequiredService<RateLimitCounters>().SpendAsync(RateLimit.RepoWrites[0], alice.Did.Value, 4998);

        var refused = await alice.CreateRecordAsync(Records.Post("one"));

        Assert.Equal((429, "RateLimitExceeded", "5000;w=3600"), (refused.Status, refused.Error, refused.Header("RateLimit-Policy")));
        (await bob.CreateRecordAsync(Records.Post("one"))).Ok();
    }

    [Fact]
    public async Task The_authorization_server_refuses_one_request_too_many_in_its_own_words()
    {
        await using var server = await StartAsync();
        await server.Services.GetRequiredService<RateLimitCounters>().SpendAsync(RateLimit.OAuth[0], _address, 3000);

        foreach (var path in new[] { "/oauth/par", "/oauth/token", "/oauth/revoke" })
        {
            var refused = await server.Xrpc.SendAsync(new HttpRequestMessage(HttpMethod.Post, path)
            {
                Content = new FormUrlEncodedContent([new("client_id", "http://localhost")]),
            });

            Assert.Equal((429, "temporarily_unavailable", "300"), (refused.Status, refused.Error, refused.Header("Retry-After")));
        }
    }

    [Fact]
    public async Task A_page_and_an_app_share_how_often_a_handle_is_changed()
    {
        await using var server = await StartAsync();
        using var alice = await TestAccount.CreateAsync(server);
        using var visitor = new PageVisitor(server);
        await visitor.GoAsync("/account/sign-in");
        await visitor.PressAsync("Sign in", ("identifier", alice.Handle.Value), ("password", alice.Password));
        await server.Services.GetRequiredService<RateLimitCounters>().SpendAsync(RateLimit.UpdateHandle[0], alice.Did.Value, 10);

        await visitor.GoAsync("/account/handle");
        await visitor.PressAsync("own", ("own", "alice.invalid-domain.dev"));
        var app = await alice.ProcedureAsync("com.atproto.identity.updateHandle", new { handle = TestAccount.NewHandle() });

        Assert.Equal((429, 429), (visitor.Status, app.Status));
    }

    [Theory]
    [InlineData("com.atproto.server.requestPasswordReset", 15)]
    [InlineData("com.atproto.server.resetPassword", 50)]
    [InlineData("com.atproto.server.deleteAccount", 50)]
    [InlineData("com.atproto.server.createAccount", 100)]
    public async Task A_method_for_strangers_is_limited_by_address(string method, int points)
    {
        await using var server = await StartAsync();
        var limit = method switch
        {
            "com.atproto.server.requestPasswordReset" => RateLimit.RequestPasswordReset[1],
            "com.atproto.server.resetPassword" => RateLimit.ResetPassword[0],
            "com.atproto.server.deleteAccount" => RateLimit.DeleteAccount[0],
            _ => RateLimit.CreateAccount[0],
        };
        await server.Services.GetRequiredService<RateLimitCounters>().SpendAsync(limit, _address, points);

        var refused = await server.Xrpc.ProcedureAsync(method, new
        {
            email = "nobody@mail.test", token = "AAAAA-AAAAA", password = "long enough", did = "did:plc:z72i7hdynmk6r22z27h6tvur",
            handle = TestAccount.NewHandle(),
        });

        Assert.Equal((429, "RateLimitExceeded"), (refused.Status, refused.Error));
        Assert.StartsWith($"{points};w=", refused.Header("RateLimit-Policy"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("com.atproto.server.requestEmailConfirmation")]
    [InlineData("com.atproto.server.requestEmailUpdate")]
    [InlineData("com.atproto.server.requestAccountDelete")]
    public async Task An_account_asks_for_five_mails_of_a_kind_an_hour(string method)
    {
        await using var server = await StartAsync();
        using var alice = await TestAccount.CreateAsync(server);
        for (var i = 0; i < 5; i++)
        {
            (await alice.ProcedureAsync(method)).Ok();
        }

        var refused = await alice.ProcedureAsync(method);

        Assert.Equal((429, "RateLimitExceeded", "5;w=3600"), (refused.Status, refused.Error, refused.Header("RateLimit-Policy")));
    }

    [Fact]
    public async Task Replicas_count_together()
    {
        var database = await PdsFixture.CreateDatabaseAsync();
        await using var one = await StartAsync(database);
        await using var two = await StartAsync(database);
        var limit = new RateLimit(TestAccount.NewHandle(), 100, TimeSpan.FromHours(1));

        await one.Services.GetRequiredService<RateLimitCounters>().SpendAsync(limit, "alice", 60);
        await two.Services.GetRequiredService<RateLimitCounters>().SpendAsync(limit, "alice", 30);
        await one.Services.GetRequiredService<RateLimitExchange>().ExchangeAsync();
        await two.Services.GetRequiredService<RateLimitExchange>().ExchangeAsync();
        var seen = (await two.Services.GetRequiredService<RateLimitCounters>().SpendAsync(limit, "alice", 1)).Spent;

        Assert.Equal(91, seen);
    }

    [Fact]
    public async Task What_could_not_be_told_is_told_the_next_time()
    {
        var counters = new RateLimitCounters(_time);
        await counters.SpendAsync(RateLimit.Global, "alice", 2);
        await counters.ExchangeAsync(_ => Task.FromResult<long[]?>(null));
        await counters.SpendAsync(RateLimit.Global, "alice", 1);

        var told = 0L;
        await counters.ExchangeAsync(deltas =>
        {
            told = deltas.Single().Points;
            return Task.FromResult<long[]?>([10]);
        });

        Assert.Equal(3, told);
        Assert.Equal(11, (await counters.SpendAsync(RateLimit.Global, "alice", 1)).Spent);
    }

    [Theory]
    [InlineData("the key", false)]
    [InlineData("another key", true)]
    public async Task Who_has_the_key_is_not_counted(string key, bool isCounted)
    {
        await using var server = await StartAsync(settings: new() { ["PDS_RATE_LIMIT_BYPASS_KEY"] = "the key" });

        var reply = await server.Xrpc.SendAsync(new HttpRequestMessage(HttpMethod.Get, $"/xrpc/{Describe}")
        {
            Headers = { { "x-ratelimit-bypass", key } },
        });

        Assert.Equal(isCounted, reply.Ok().Header("RateLimit-Limit") is not null);
    }

    [Theory]
    [InlineData("10.1.2.3,192.0.2.7")]
    [InlineData("192.0.2.1/24")]
    public async Task A_listed_address_or_network_is_not_counted(string addresses)
    {
        await using var server = await StartAsync(settings: new() { ["PDS_RATE_LIMIT_BYPASS_IPS"] = addresses });
        server.Xrpc.Http.DefaultRequestHeaders.Remove("X-Forwarded-For");
        server.Xrpc.Http.DefaultRequestHeaders.Add("X-Forwarded-For", "192.0.2.7");

        Assert.Null((await server.Xrpc.QueryAsync(Describe)).Ok().Header("RateLimit-Limit"));
    }

    [Fact]
    public async Task Where_there_are_no_limits_nothing_is_told() =>
        Assert.Null((await pds.Xrpc.QueryAsync(Describe)).Ok().Header("RateLimit-Limit"));

    private static Task<XrpcReply> SignInAsync(PdsServer server, TestAccount account) =>
        server.Xrpc.ProcedureAsync(CreateSession, new { identifier = account.Handle, password = account.Password });

    private static async Task ApplyAsync(TestAccount account, int count)
    {
        var writes = Enumerable.Range(0, count).Select(number => new Dictionary<string, object>
        {
            ["$type"] = "com.atproto.repo.applyWrites#create",
            ["collection"] = "app.bsky.feed.post",
            ["value"] = Records.Post($"{number}"),
        });
        (await account.ProcedureAsync("com.atproto.repo.applyWrites", new { repo = account.Did, writes })).Ok();
    }

    private async Task<PdsServer> StartAsync(string? database = null, Dictionary<string, string>? settings = null)
    {
        var server = await pds.StartServerAsync(
            new Dictionary<string, string>(settings ?? []) { ["PDS_RATE_LIMITS_ENABLED"] = "true" }, _time, database, replicas: 1);
        server.Xrpc.Http.DefaultRequestHeaders.Add("X-Forwarded-For", _address);
        return server;
    }
}
