using System.Text.Json;
using System.Text.Json.Nodes;
using AtProto;
using AtProto.Stream;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Pds.Contracts.Repo;
using Pds.Modules.Auth.Sessions;
using Pds.Tests.Support;
using Pds.Xrpc;

namespace Pds.Tests.Repo;

/// <summary>What each way of reading says of an account that is not, or no longer, active.</summary>
public sealed class AccountStatusTests(PdsFixture pds)
{
    private static readonly byte[] Bytes = "what an account keeps"u8.ToArray();

    private static readonly Cid Unknown = Cid.Compute(CidCodec.Raw, "what nobody keeps"u8);

    private static readonly (string Method, string[] Parameters)[] SyncMethods =
    [
        ("getRepo", []), ("getCheckout", []), ("getLatestCommit", []), ("getHead", []), ("listBlobs", []),
        ("getRecord", ["collection", "rkey"]), ("getBlob", ["cid"]), ("getBlocks", ["cids"]),
    ];

    [Theory]
    [InlineData(AccountStatus.Active, null, null)]
    [InlineData(AccountStatus.Deactivated, "RepoDeactivated", "deactivated")]
    [InlineData(AccountStatus.Takendown, "RepoTakendown", "takendown")]
    [InlineData(AccountStatus.Suspended, "RepoSuspended", "suspended")]
    public async Task Every_sync_method_knows_the_status_by_its_name(AccountStatus status, string? error, string? name)
    {
        var server = await pds.GetServerAsync();
        using var account = await WithContentAsync();
        await SetAsync(server, account.Did, status);

        foreach (var (method, parameters) in SyncMethods)
        {
            var reply = await QueryAsync(account, method, parameters);
            Assert.True((error is null ? 200 : 400, error) == (reply.Status, reply.Error), $"{method}: {reply}");
        }

        var told = (await pds.Xrpc.QueryAsync("com.atproto.sync.getRepoStatus", ("did", account.Did))).Ok().Json;
        var listed = await FindListedAsync(account.Did);
        foreach (var answer in new[] { told, listed!.Value })
        {
            Assert.Equal(error is null, answer.GetProperty("active").GetBoolean());
            Assert.Equal(name, answer.TryGetProperty("status", out var value) ? value.GetString() : null);
        }

        var described = await pds.Xrpc.QueryAsync("com.atproto.repo.describeRepo", ("repo", account.Did));
        Assert.Equal((error is null ? 200 : 400, error), (described.Status, described.Error));
        Assert.Equal(error is null, told.TryGetProperty("rev", out _));
        Assert.Equal(error is null, await IsInCollectionAsync(account));
    }

    [Theory]
    [InlineData(AccountStatus.Deactivated)]
    [InlineData(AccountStatus.Takendown)]
    public async Task Its_owner_and_the_administrator_go_on_reading_it(AccountStatus status)
    {
        var server = await pds.GetServerAsync();
        using var account = await WithContentAsync();
        using var bob = await pds.CreateAccountAsync();
        using var admin = new AdminClient(server);
        await SetAsync(server, account.Did, status);

        foreach (var (method, parameters) in SyncMethods)
        {
            Assert.True((await QueryAsync(account, method, parameters, account.Account)).Status == 200, method);
            Assert.True((await QueryAsync(account, method, parameters, admin)).Status == 200, method);
            Assert.True((await QueryAsync(account, method, parameters, bob)).Status == 400, method);
        }
    }

    [Fact]
    public async Task Who_was_taken_down_may_take_everything_along()
    {
        var server = await pds.GetServerAsync();
        using var account = await WithContentAsync();
        await SetAsync(server, account.Did, AccountStatus.Takendown);
        account.Account.Token = server.Services.GetRequiredService<TokenIssuer>().Issue(account.Did, AccessKind.Takendown).AccessJwt;

        foreach (var (method, parameters) in SyncMethods)
        {
            var reply = await QueryAsync(account, method, parameters, account.Account);
            Assert.True((method is "getRepo" or "getBlob" or "listBlobs" ? null : "InvalidToken") == reply.Error, $"{method}: {reply}");
        }
    }

    [Fact]
    public async Task What_has_no_place_is_refused_by_every_list()
    {
        using var account = await pds.CreateAccountAsync();
        foreach (var (method, parameters) in new[]
        {
            ("listRepos", ("cursor", "x")), ("listRepos", ("cursor", "-1")), ("listRepos", ("limit", "0")), ("listRepos", ("limit", "1001")),
            ("listReposByCollection", ("cursor", "x")), ("listReposByCollection", ("limit", "2001")), ("listReposByCollection", ("collection", "x")),
            ("listBlobs", ("cursor", "x")), ("listBlobs", ("limit", "1001")), ("listBlobs", ("since", "x")), ("getRepo", ("since", "x")), ("getRepo", ("did", "x")),
            ("getBlob", ("cid", "x")), ("getBlocks", ("cids", "x")), ("getRecord", ("rkey", "a b")),
        })
        {
            (string, object?)[] good = [("did", account.Did), ("collection", "com.example.a"), ("rkey", "a"), ("cid", (object)Unknown), ("cids", Unknown)];
            var reply = await pds.Xrpc.QueryAsync(
                $"com.atproto.sync.{method}", [.. good.Where(parameter => parameter.Item1 != parameters.Item1), (parameters.Item1, parameters.Item2)]);
            Assert.True((400, "InvalidRequest") == (reply.Status, reply.Error), $"{method} {parameters}: {reply}");
        }
    }

    [Fact]
    public async Task A_blob_that_is_not_here_is_not_found()
    {
        using var account = await pds.CreateAccountAsync();

        var reply = await pds.Xrpc.QueryAsync("com.atproto.sync.getBlob", ("did", account.Did), ("cid", Unknown));

        Assert.Equal((400, "BlobNotFound", "Blob not found"), (reply.Status, reply.Error, reply.Message));
    }

    [Theory]
    [InlineData(AccountStatus.Active, true)]
    [InlineData(AccountStatus.Deactivated, false)]
    [InlineData(AccountStatus.Takendown, false)]
    [InlineData(AccountStatus.Suspended, false)]
    public async Task Its_records_are_there_or_do_not_exist(AccountStatus status, bool exist)
    {
        var server = await pds.GetServerAsync();
        using var account = await WithContentAsync();
        await SetAsync(server, account.Did, status);

        var record = await pds.Xrpc.QueryAsync(
            "com.atproto.repo.getRecord", ("repo", account.Did), ("collection", account.Collection), ("rkey", "one"));
        var list = await pds.Xrpc.QueryAsync(
            "com.atproto.repo.listRecords", ("repo", account.Did), ("collection", account.Collection));

        Assert.Equal((exist ? 200 : 400, exist ? null : "RecordNotFound"), (record.Status, record.Error));
        Assert.Equal((exist ? 200 : 400, exist ? null : "InvalidRequest"), (list.Status, list.Error));
    }

    [Theory]
    [InlineData(AccountStatus.Deactivated, "deactivated")]
    [InlineData(AccountStatus.Takendown, "takendown")]
    [InlineData(AccountStatus.Suspended, "suspended")]
    public async Task The_stream_tells_each_change_and_the_way_back(AccountStatus status, string name)
    {
        var server = await pds.GetServerAsync();
        using var account = await WithContentAsync();
        using var stream = await StreamClient.ConnectAsync(server.Url);

        await SetAsync(server, account.Did, status);
        await SetAsync(server, account.Did, AccountStatus.Active);
        var events = (await stream.ReadAsync(account.Did, 2)).ConvertAll(e => Assert.IsType<AccountMessage>(e));

        Assert.Equal([(false, name), (true, null)], events.Select(e => (e.IsActive, (string?)e.Status)));
    }

    [Fact]
    public async Task A_deleted_account_is_not_found_by_any_method_and_leaves_one_event()
    {
        var server = await pds.GetServerAsync();
        using var account = await WithContentAsync();
        using var stream = await StreamClient.ConnectAsync(server.Url);

        await server.InvokeAsync(new DeleteRepository(account.Did));
        var last = Assert.IsType<AccountMessage>(Assert.Single(await stream.ReadAsync(account.Did, 1)));

        Assert.Equal((false, "deleted"), (last.IsActive, last.Status));
        await AssertNowhereAsync(account);
        using var replay = await StreamClient.ConnectAsync(server.Url, cursor: last.Seq - 1);
        Assert.Equal(last.Seq, Assert.Single(await replay.ReadAsync(account.Did, 1)).Seq);
    }

    [Fact]
    public async Task An_account_that_is_being_deleted_is_gone_already()
    {
        await using var server = await pds.StartServerAsync();
        using var account = await TestAccount.CreateAsync(server);
        await using (var command = server.Services.GetRequiredService<NpgsqlDataSource>().CreateCommand(
            $"UPDATE repo.repo SET status = {(int)AccountStatus.Deleted}"))
        {
            await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }

        foreach (var method in new[] { "getRepo", "getLatestCommit", "getRepoStatus", "listBlobs" })
        {
            var reply = await server.Xrpc.QueryAsync($"com.atproto.sync.{method}", ("did", account.Did));
            Assert.Equal((400, "RepoNotFound"), (reply.Status, reply.Error));
        }

        Assert.Empty((await server.Xrpc.QueryAsync("com.atproto.sync.listRepos")).Ok().Json.GetProperty("repos").EnumerateArray());
    }

    private async Task AssertNowhereAsync(Content account)
    {
        foreach (var (method, parameters) in SyncMethods)
        {
            var reply = await QueryAsync(account, method, parameters);
            Assert.True((400, method == "getHead" ? "HeadNotFound" : "RepoNotFound") == (reply.Status, reply.Error), $"{method}: {reply}");
        }

        var told = await pds.Xrpc.QueryAsync("com.atproto.sync.getRepoStatus", ("did", account.Did));
        Assert.Equal((400, "RepoNotFound"), (told.Status, told.Error));
        Assert.Null(await FindListedAsync(account.Did));
        Assert.False(await IsInCollectionAsync(account));
    }

    private Task<XrpcReply> QueryAsync(Content account, string method, string[] names, XrpcClient? caller = null) => (caller ?? pds.Xrpc).QueryAsync(
        $"com.atproto.sync.{method}",
        [("did", account.Did), .. names.Select(name => (name, (object)(name switch
        {
            "collection" => account.Collection,
            "rkey" => "one",
            "cid" => account.Blob,
            _ => account.Head.ToString(),
        })))]);

    private async Task<bool> IsInCollectionAsync(Content account) =>
        (await pds.Xrpc.QueryAsync("com.atproto.sync.listReposByCollection", ("collection", account.Collection)))
            .Ok().Json.GetProperty("repos").EnumerateArray().Any(repo => repo.GetProperty("did").GetString() == account.Did.Value);

    private async Task<JsonElement?> FindListedAsync(Did did)
    {
        string? cursor = null;
        do
        {
            var page = (await pds.Xrpc.QueryAsync(
                "com.atproto.sync.listRepos", cursor is null ? [("limit", 1000)] : [("limit", 1000), ("cursor", cursor)])).Ok().Json;
            foreach (var repo in page.GetProperty("repos").EnumerateArray())
            {
                if (repo.GetProperty("did").GetString() == did.Value)
                {
                    return repo;
                }
            }

            cursor = page.TryGetProperty("cursor", out var next) ? next.GetString() : null;
        }
        while (cursor is not null);

        return null;
    }

    private static Task SetAsync(PdsServer server, Did did, AccountStatus status) =>
        server.InvokeAsync(new SetRepositoryStatus(did, status));

    private async Task<Content> WithContentAsync()
    {
        var account = await pds.CreateAccountAsync();
        var collection = $"com.example.{account.Handle.Value.Split('.')[0]}";
        var uploaded = (await account.ProcedureAsync("com.atproto.repo.uploadBlob", Bytes, "text/plain")).Ok().Json.GetProperty("blob");
        (await account.CreateRecordAsync(
            new JsonObject { ["$type"] = collection, ["file"] = JsonNode.Parse(uploaded.GetRawText()) }, collection, "one")).Ok();
        return new Content(account, collection, uploaded.GetProperty("ref").GetProperty("$link").GetString()!, await account.GetHeadAsync());
    }

    private sealed record Content(TestAccount Account, string Collection, string Blob, Cid Head) : IDisposable
    {
        public Did Did => Account.Did;

        public void Dispose() => Account.Dispose();
    }
}
