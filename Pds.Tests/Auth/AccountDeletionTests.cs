using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Time.Testing;
using Npgsql;
using Pds.Contracts.Auth;
using Pds.Contracts.Identity;
using Pds.Modules.Auth.Accounts;
using Pds.Modules.Auth.Storage;
using Pds.Modules.Proxy.Storage;
using Pds.Modules.Repo.Blobs;
using Pds.Tests.Identity;
using Pds.Tests.Support;
using StackExchange.Redis;

namespace Pds.Tests.Auth;

/// <summary>What is left of an account that is deleted: nothing but the word that it was.</summary>
public sealed class AccountDeletionTests(PdsFixture pds) : IAsyncLifetime
{
    private readonly FakeTimeProvider _time = new(TimeProvider.System.GetUtcNow());
    private readonly MailSink _mail = new();
    private readonly DirectoryInfo _blobs = Directory.CreateTempSubdirectory("pds-tests-deletion-");
    private PdsServer _server = null!;
    private TestAccount _alice = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        var settings = new Dictionary<string, string>(_mail.Settings) { ["PDS_BLOBSTORE_DISK_LOCATION"] = _blobs.FullName };
        _server = await pds.StartServerAsync(settings, _time);
        _alice = await TestAccount.CreateAsync(_server);
    }

    public async ValueTask DisposeAsync()
    {
        _alice.Dispose();
        await _server.DisposeAsync();
        await _mail.DisposeAsync();
        _blobs.Delete(recursive: true);
    }

    [Fact]
    public async Task Nothing_of_a_deleted_account_is_left_anywhere()
    {
        await LeaveTracesAsync();
        var before = await FindTracesAsync();
        var repo = await ScalarAsync($"SELECT id FROM repo.repo WHERE did = '{_alice.Did}'");
        (await _alice.ProcedureAsync("com.atproto.server.requestAccountDelete")).Ok();
        var token = await _mail.NextCodeAsync(_alice.Email);

        (await DeleteAsync(token)).Ok();
        await Eventually.TrueAsync(IsSweptAsync);

        Assert.Superset(
            new HashSet<string>
            {
                "auth.account", "auth.app_password", "auth.audit", "auth.authenticator", "auth.device_account", "auth.invite_code",
                "auth.mailed_token", "auth.oauth_session", "auth.refresh_token", "identity.account",
                "identity.rotation_key", "moving.move", "proxy.preference", "repo.record", "repo.repo", "files", "redis",
            },
            before);

        // What is left is that administrators did something to a DID, and that the DID is gone.
        Assert.Equal(["auth.audit", "repo.event"], (await FindTracesAsync()).Order());
        Assert.Equal(0L, await ScalarAsync("SELECT count(*) FROM auth.audit WHERE detail IS NOT NULL"));
        Assert.Equal(1L, await ScalarAsync("SELECT count(*) FROM repo.event"));
        foreach (var table in await ListAsync(
            "SELECT format('%I.%I', table_schema, table_name) FROM information_schema.columns WHERE column_name = 'repo_id' AND table_name NOT LIKE 'event%'"))
        {
            Assert.Equal(0L, await ScalarAsync($"SELECT count(*) FROM {table} WHERE repo_id = {repo}"));
        }

        Assert.Equal(0L, await ScalarAsync("SELECT count(*) FROM repo.signing_key"));
        Assert.Empty(_blobs.GetFiles("*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task Password_and_code_are_both_needed()
    {
        (await _alice.ProcedureAsync("com.atproto.server.requestAccountDelete")).Ok();
        var token = await _mail.NextCodeAsync(_alice.Email);

        var wrongPassword = await DeleteAsync(token, "wrong");
        var wrongToken = await DeleteAsync("AAAAA-AAAAA");
        _time.Advance(TimeSpan.FromMinutes(16));
        var late = await DeleteAsync(token);

        Assert.Equal((401, "AuthenticationRequired", "Invalid did or password"), (wrongPassword.Status, wrongPassword.Error, wrongPassword.Message));
        Assert.Equal((400, "InvalidToken"), (wrongToken.Status, wrongToken.Error));
        Assert.Equal((400, "ExpiredToken"), (late.Status, late.Error));
        Assert.Equal(200, (await _alice.QueryAsync("com.atproto.server.getSession")).Status);
    }

    [Fact]
    public async Task A_deactivated_account_goes_when_its_time_has_come_and_not_before()
    {
        (await _alice.ProcedureAsync(
            "com.atproto.server.deactivateAccount", new { deleteAfter = _time.GetUtcNow().AddDays(30) })).Ok();

        _time.Advance(TimeSpan.FromDays(30) - TimeSpan.FromMinutes(5));
        await DeleteDueAsync();
        Assert.NotNull(await _server.InvokeAsync<LocalIdentity?>(new GetIdentity(_alice.Did)));

        _time.Advance(TimeSpan.FromMinutes(6));
        await DeleteDueAsync();
        await Eventually.TrueAsync(async () => await _server.InvokeAsync<LocalIdentity?>(new GetIdentity(_alice.Did)) is null);
        Assert.Equal(0L, await ScalarAsync("SELECT count(*) FROM auth.account"));
    }

    [Fact]
    public async Task An_account_that_came_back_stays()
    {
        (await _alice.ProcedureAsync(
            "com.atproto.server.deactivateAccount", new { deleteAfter = _time.GetUtcNow().AddMinutes(30) })).Ok();
        (await _alice.ProcedureAsync("com.atproto.server.activateAccount")).Ok();

        _time.Advance(TimeSpan.FromHours(1));
        await DeleteDueAsync();

        Assert.Equal(1L, await ScalarAsync("SELECT count(*) FROM auth.account"));
    }

    [Fact]
    public async Task What_a_crash_has_cut_short_is_finished()
    {
        await LeaveTracesAsync();
        await _server.Services.GetRequiredService<AccountDeletionStore>().BeginAsync(_alice.Did, ifExpired: false, Cancel);
        Assert.Contains("repo.record", await FindTracesAsync());

        _time.Advance(TimeSpan.FromMinutes(3));
        await DeleteDueAsync();
        await Eventually.TrueAsync(IsSweptAsync);

        Assert.Equal(0L, await ScalarAsync("SELECT count(*) FROM auth.account_deletion"));
    }

    private Task<XrpcReply> DeleteAsync(string token, string? password = null) => _server.Xrpc.ProcedureAsync(
        "com.atproto.server.deleteAccount", new { did = _alice.Did, password = password ?? _alice.Password, token });

    private Task DeleteDueAsync() => _server.Services.GetRequiredService<AccountExpiry>().DeleteDueAsync(Cancel);

    // The server's own jobs may have begun with it.
    private async Task<bool> IsSweptAsync()
    {
        await CollectAsync();
        return (await FindTracesAsync()).IsSubsetOf(["repo.event", "auth.audit"]);
    }

    private Task CollectAsync() => _server.Services.GetServices<IHostedService>().OfType<BlobCollector>().Single().CollectAsync(Cancel);

    private async Task LeaveTracesAsync()
    {
        var blob = (await _alice.ProcedureAsync("com.atproto.repo.uploadBlob", Encoding.UTF8.GetBytes("her picture"), "text/plain"))
            .Ok().Json.GetProperty("blob");
        (await _alice.CreateRecordAsync(new { blob, text = _alice.Handle.Value }, "com.example.thing")).Ok();
        (await _alice.CreateRecordAsync(Records.Post(_alice.Email))).Ok();
        await _server.Services.GetRequiredService<PreferenceStore>().ReplaceAsync(_alice.Did, "[]", null, Cancel);
        await using (var moved = _server.Services.GetRequiredService<NpgsqlDataSource>().CreateCommand(
            """
            INSERT INTO moving.move (id, caller, did, state, next_at, created_at, changed_at) VALUES ('a', 'b', $1, 3, $2, $2, $2)
            """))
        {
            moved.Parameters.AddWithValue(_alice.Did.Value);
            moved.Parameters.AddWithValue(_time.GetUtcNow());
            await moved.ExecuteNonQueryAsync(Cancel);
        }

        (await _alice.ProcedureAsync("com.atproto.server.createAppPassword", new { name = _alice.Handle.Value })).Ok();
        (await _server.Xrpc.ProcedureAsync("com.atproto.server.reserveSigningKey", new { did = _alice.Did })).Ok();
        (await _server.Xrpc.ProcedureAsync(
            "com.atproto.server.createSession", new { identifier = _alice.Handle, password = _alice.Password })).Ok();
        (await _server.Xrpc.QueryAsync("com.atproto.identity.resolveDid", ("did", _alice.Did))).Ok();

        using var app = OAuthApp.OnLoopback(_server);
        await app.SignInAsync(await TestBrowser.StartAsync(_server, _alice), _alice);
        await _server.InvokeAsync<AuthenticatorSetup>(new BeginAuthenticator(_alice.Did));
        await _server.InvokeAsync(new ClaimRotationKey(_alice.Did, IdentityFlowTests.NewSigningKey()));
        await _server.InvokeAsync(new RequestEmailConfirmation(_alice.Did));
        await _mail.NextAsync(_alice.Email);
        using var admin = new AdminClient(_server);
        (await admin.ProcedureAsync("com.atproto.server.createInviteCode", new { useCount = 1, forAccount = _alice.Did })).Ok();
        (await admin.ProcedureAsync("com.atproto.admin.updateAccountHandle", new { did = _alice.Did, handle = _alice.Handle })).Ok();
    }

    /// <summary>Where the DID, the handle or the address can be found, as text or as bytes: tables, files, the cache.</summary>
    private async Task<HashSet<string>> FindTracesAsync()
    {
        string[] names = [_alice.Did.Value, _alice.Handle.Value, _alice.Email];
        var patterns = names
            .SelectMany(name => new[] { name, Convert.ToHexStringLower(Encoding.UTF8.GetBytes(name)) })
            .Select(text => $"%{text}%")
            .ToArray();
        var found = new HashSet<string>(StringComparer.Ordinal);
        var tables = await ListAsync(
            """
            SELECT format('%I.%I', nspname, relname) FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
            WHERE nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast') AND relkind IN ('r', 'p') AND NOT relispartition
            """);
        Assert.Contains("auth.account", tables);
        foreach (var table in tables)
        {
            await using var search = _server.Services.GetRequiredService<NpgsqlDataSource>().CreateCommand(
                $"SELECT EXISTS (SELECT FROM {table} AS line WHERE line::text ILIKE ANY ($1))");
            search.Parameters.AddWithValue(patterns);
            if ((bool)(await search.ExecuteScalarAsync(Cancel))!)
            {
                found.Add(table);
            }
        }

        foreach (var file in _blobs.GetFiles("*", SearchOption.AllDirectories))
        {
            Assert.Contains(_alice.Did.Value.Replace(':', '_'), file.FullName, StringComparison.Ordinal);
            found.Add("files");
        }

        if (await IsInRedisAsync(names))
        {
            found.Add("redis");
        }

        return found;
    }

    /// <summary>Whether a key or a value names the account. Other tests use the same Redis, and other accounts.</summary>
    private async Task<bool> IsInRedisAsync(string[] names)
    {
        var redis = _server.Services.GetRequiredService<IConnectionMultiplexer>();
        await foreach (var key in redis.GetServers()[0].KeysAsync(pageSize: 1000))
        {
            var text = $"{key} {await ReadAsync(redis.GetDatabase(), key)}";
            if (Array.Exists(names, name => text.Contains(name, StringComparison.OrdinalIgnoreCase)))
            {
                return true;
            }
        }

        return false;
    }

    private static async Task<string> ReadAsync(IDatabase redis, RedisKey key) => await redis.KeyTypeAsync(key) switch
    {
        RedisType.String => (string?)await redis.StringGetAsync(key) ?? "",
        RedisType.Hash => string.Join(' ', await redis.HashGetAllAsync(key)),
        RedisType.Set => string.Join(' ', await redis.SetMembersAsync(key)),
        RedisType.SortedSet => string.Join(' ', await redis.SortedSetRangeByRankAsync(key)),
        RedisType.List => string.Join(' ', await redis.ListRangeAsync(key)),
        _ => "",
    };

    private async Task<List<string>> ListAsync(string sql)
    {
        await using var command = _server.Services.GetRequiredService<NpgsqlDataSource>().CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync(Cancel);
        var lines = new List<string>();
        while (await reader.ReadAsync(Cancel))
        {
            lines.Add(reader.GetString(0));
        }

        return lines;
    }

    private async Task<long> ScalarAsync(string sql)
    {
        await using var command = _server.Services.GetRequiredService<NpgsqlDataSource>().CreateCommand(sql);
        return (long)(await command.ExecuteScalarAsync(Cancel))!;
    }
}
