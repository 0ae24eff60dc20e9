using System.Diagnostics;
using System.Security.Cryptography;
using AtProto.OAuth;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Npgsql;
using Pds.Modules.Auth.OAuth.Sessions;
using Pds.Modules.Auth.OAuth.Tokens;
using Pds.Tests.Support;

namespace Pds.Tests.Auth.OAuth;

public sealed class SessionRevocationTests(PdsFixture pds) : IDisposable
{
    private const string Session = "/xrpc/com.atproto.server.getSession";
    private const string NoRedis = "127.0.0.1:1,abortConnect=false,connectTimeout=100";

    private readonly DpopKey _key = DpopKey.Create();
    private readonly string _session = RandomNumberGenerator.GetHexString(32, lowercase: true);

    public void Dispose() => _key.Dispose();

    [Fact]
    public async Task A_revoked_session_ends_at_once()
    {
        var server = await pds.GetServerAsync();
        using var account = await pds.CreateAccountAsync();
        var token = Mint(server, account);
        (await SendAsync(server, token)).Ok();

        await RevokeAsync(server, account);

        AssertRevoked(await SendAsync(server, token));
        (await SendAsync(server, TestTokens.Mint(server, account.Did, _key.Jkt))).Ok();
    }

    [Fact]
    public async Task With_all_sessions_of_an_account_theirs_ends()
    {
        var server = await pds.GetServerAsync();
        using var account = await pds.CreateAccountAsync();
        var token = Mint(server, account);
        await AddSessionAsync(server, account, generation: 0);

        await server.Services.GetRequiredService<OAuthSessions>()
            .RevokeAllAsync(account.Did, TestContext.Current.CancellationToken);

        AssertRevoked(await SendAsync(server, token));
    }

    [Fact]
    public async Task A_refresh_ends_the_tokens_before_it()
    {
        var server = await pds.GetServerAsync();
        using var account = await pds.CreateAccountAsync();
        var (first, second) = (Mint(server, account), Mint(server, account, generation: 1));
        (await SendAsync(server, first)).Ok();

        Revocations(server).Supersede(_session, 1);

        AssertRevoked(await SendAsync(server, first));
        (await SendAsync(server, second)).Ok();
    }

    [Fact]
    public async Task Another_replica_hears_of_both()
    {
        var database = await PdsFixture.CreateDatabaseAsync();
        await using var server = await pds.StartServerAsync(database: database);
        await using var replica = await pds.StartServerAsync(database: database);
        using var account = await TestAccount.CreateAsync(server);
        var refreshed = TestTokens.Mint(replica, account.Did, _key.Jkt, claims: claims => claims["sid"] = "another");
        var revoked = Mint(replica, account);

        Revocations(server).Supersede("another", 1);
        await RevokeAsync(server, account);

        await Eventually.TrueAsync(async () => (await SendAsync(replica, refreshed)).Message == "Token revoked");
        await Eventually.TrueAsync(async () => (await SendAsync(replica, revoked)).Message == "Token revoked");
    }

    [Fact]
    public async Task A_revocation_waits_until_Redis_has_it_and_not_for_long()
    {
        await using var valve = Valve.Before(TestServices.Shared.RedisPort);
        await using var server = await pds.StartServerAsync(
            new Dictionary<string, string> { ["ConnectionStrings:redis"] = $"127.0.0.1:{valve.Port}" });
        using var account = await TestAccount.CreateAsync(server);
        var token = Mint(server, account);
        (await SendAsync(server, token)).Ok();

        valve.Close();
        var started = Stopwatch.GetTimestamp();
        await RevokeAsync(server, account).WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        var waited = Stopwatch.GetElapsedTime(started);
        valve.Open();

        Assert.True(waited > TimeSpan.FromMilliseconds(450), $"It was answered after {waited}.");
        AssertRevoked(await SendAsync(server, token));
    }

    [Fact]
    public async Task Without_Redis_a_replica_learns_of_revoked_sessions_from_the_database()
    {
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow() + TimeSpan.FromMinutes(1));
        var database = await PdsFixture.CreateDatabaseAsync();
        await using var server = await pds.StartServerAsync(database: database);
        await using var replica = await pds.StartServerAsync(
            new Dictionary<string, string> { ["ConnectionStrings:redis"] = NoRedis }, time, database);
        using var account = await TestAccount.CreateAsync(server);
        var token = Mint(replica, account);
        (await SendAsync(replica, token)).Ok();

        await RevokeAsync(server, account);

        await Eventually.TrueAsync(async () =>
        {
            time.Advance(SessionRevocations.Poll);
            return (await SendAsync(replica, token)).Message == "Token revoked";
        });
    }

    [Fact]
    public async Task A_server_that_starts_knows_what_was_revoked_before()
    {
        var database = await PdsFixture.CreateDatabaseAsync();
        await using var server = await pds.StartServerAsync(database: database);
        using var account = await TestAccount.CreateAsync(server);
        await RevokeAsync(server, account);

        await using var replica = await pds.StartServerAsync(
            new Dictionary<string, string> { ["ConnectionStrings:redis"] = NoRedis }, database: database);

        AssertRevoked(await SendAsync(replica, Mint(replica, account)));
    }

    [Fact]
    public async Task A_server_that_starts_knows_what_was_refreshed_before_and_without_Redis_what_is_refreshed_then()
    {
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow() + TimeSpan.FromMinutes(1));
        var database = await PdsFixture.CreateDatabaseAsync();
        await using var server = await pds.StartServerAsync(database: database);
        using var account = await TestAccount.CreateAsync(server);
        await AddSessionAsync(server, account, generation: 1);

        await using var replica = await pds.StartServerAsync(
            new Dictionary<string, string> { ["ConnectionStrings:redis"] = NoRedis }, time, database);

        var second = Mint(replica, account, generation: 1);
        AssertRevoked(await SendAsync(replica, Mint(replica, account)));
        (await SendAsync(replica, second)).Ok();

        await RefreshAsync(server);

        await Eventually.TrueAsync(async () =>
        {
            time.Advance(SessionRevocations.Poll);
            return (await SendAsync(replica, second)).Message == "Token revoked";
        });
    }

    [Fact]
    public void What_no_token_can_ask_for_is_forgotten()
    {
        var time = new FakeTimeProvider();
        var memory = new RevocationMemory(time);
        var token = Token(generation: 0);
        memory.Revoke(_session);
        memory.Supersede(_session, 1);

        time.Advance(AccessToken.Lifetime);
        memory.Prune();
        Assert.True(memory.IsRevoked(token));

        time.Advance(AccessToken.Lifetime);
        memory.Prune();
        Assert.False(memory.IsRevoked(token));
    }

    [Fact]
    public void An_older_refresh_that_is_heard_of_later_changes_nothing()
    {
        var memory = new RevocationMemory(TimeProvider.System);
        memory.Supersede(_session, 3);
        memory.Supersede(_session, 2);

        Assert.True(memory.IsRevoked(Token(2)));
        Assert.False(memory.IsRevoked(Token(3)));
    }

    private Task AddSessionAsync(PdsServer server, TestAccount account, int generation) => ExecuteAsync(
        server,
        $"""
        INSERT INTO auth.oauth_session (id, did, client_id, scope, dpop_jkt, code, generation, created_at, last_used_at, expires_at)
        VALUES ('{_session}', '{account.Did}', '{TestTokens.ClientId}', 'atproto', '{_key.Jkt}', '{_session}', {generation}, now(), now(), now())
        """);

    private async Task RevokeAsync(PdsServer server, TestAccount account)
    {
        await AddSessionAsync(server, account, generation: 0);
        Assert.True(await server.Services.GetRequiredService<OAuthSessions>()
            .RevokeAsync(account.Did, _session, TestContext.Current.CancellationToken));
    }

    // By the clock of the test, which is ahead.
    private Task RefreshAsync(PdsServer server) => ExecuteAsync(
        server,
        $"UPDATE auth.oauth_session SET generation = generation + 1, last_used_at = now() + interval '1 hour' WHERE id = '{_session}'");

    private static async Task ExecuteAsync(PdsServer server, string sql)
    {
        await using var command = server.Services.GetRequiredService<NpgsqlDataSource>().CreateCommand(sql);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    private AccessToken Token(int generation) => new(default, "", _session, generation, "", ScopeSet.Parse("atproto"), "", 0);

    private static SessionRevocations Revocations(PdsServer server) => server.Services.GetRequiredService<SessionRevocations>();

    private string Mint(PdsServer server, TestAccount account, int generation = 0) =>
        TestTokens.Mint(server, account.Did, _key.Jkt, claims: claims => (claims["sid"], claims["gen"]) = (_session, generation));

    // Of several processes, the one whose services the test uses: that one knows at once.
    private async Task<XrpcReply> SendAsync(PdsServer server, string token)
    {
        using var http = TestHttp.Create(server.Replicas[0]);
        return await _key.SendAsync(new XrpcClient(http), HttpMethod.Get, Session, token, $"http://localhost:{server.Url.Port}");
    }

    private static void AssertRevoked(XrpcReply reply) =>
        Assert.Equal((401, "invalid_token", "Token revoked"), (reply.Status, reply.Error, reply.Message));
}
