using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using AtProto;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Npgsql;
using Pds.Modules.Auth.Invites;
using Pds.Modules.Auth.Storage;
using Pds.Tests.Support;

namespace Pds.Tests.Auth;

/// <summary>The invite codes that accounts earn, and what the administrator does with codes.</summary>
public sealed class AccountInviteTests(PdsFixture pds) : IAsyncLifetime
{
    private const string List = "com.atproto.server.getAccountInviteCodes";

    private readonly FakeTimeProvider _time = new(DateTimeOffset.UnixEpoch.AddYears(60));
    private PdsServer _server = null!;

    public async ValueTask InitializeAsync() => _server = await pds.StartServerAsync(
        new Dictionary<string, string> { ["PDS_INVITE_REQUIRED"] = "true", ["PDS_INVITE_INTERVAL"] = "3600000" }, _time);

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    [Fact]
    public async Task An_account_earns_a_code_with_each_interval_and_five_unused_at_most()
    {
        var alice = await SignUpAsync();

        Assert.Empty(await ListAsync(alice));
        _time.Advance(TimeSpan.FromMinutes(150));
        Assert.Empty(await ListAsync(alice, ("createAvailable", false)));
        Assert.Equal(2, (await ListAsync(alice)).Length);
        Assert.Equal(2, (await ListAsync(alice)).Length);
        _time.Advance(TimeSpan.FromMinutes(110));
        Assert.Equal(4, (await ListAsync(alice)).Length);
        _time.Advance(TimeSpan.FromMinutes(115));
        var codes = await ListAsync(alice);

        Assert.Equal(5, codes.Length);
        Assert.All(codes, code => Assert.Equal(
            (1, alice.Did.Value, alice.Did.Value, 0),
            (code.GetProperty("available").GetInt32(), code.GetProperty("forAccount").GetString(),
                code.GetProperty("createdBy").GetString(), code.GetProperty("uses").GetArrayLength())));
    }

    [Fact]
    public async Task A_used_code_says_by_whom_and_can_be_left_out()
    {
        var alice = await SignUpAsync();
        _time.Advance(TimeSpan.FromMinutes(61));
        var code = (await ListAsync(alice)).Single().GetProperty("code").GetString();

        var bob = await SignUpAsync(code);

        var use = (await ListAsync(alice)).Single().GetProperty("uses").EnumerateArray().Single();
        Assert.Equal(bob.Did.Value, use.GetProperty("usedBy").GetString());
        Assert.Empty(await ListAsync(alice, ("includeUsed", false)));
    }

    [Fact]
    public async Task Who_is_slower_than_another_request_makes_no_codes()
    {
        var alice = await SignUpAsync();
        var invites = _server.Services.GetRequiredService<InviteStore>();
        var cancel = TestContext.Current.CancellationToken;

        Assert.True(await invites.TryAddEarnedAsync(alice.Did, ["one", "two"], 2, cancel));
        Assert.False(await invites.TryAddEarnedAsync(alice.Did, ["three", "four"], 2, cancel));

        Assert.Equal(["one", "two"], (await invites.ListAsync(alice.Did, cancel)).Select(code => code.Code));
    }

    [Fact]
    public async Task Of_two_requests_that_would_make_the_same_codes_one_is_refused()
    {
        var alice = await SignUpAsync();
        _time.Advance(TimeSpan.FromMinutes(61));
        alice.Client.Token = TokenOf(alice.Did);
        var cancel = TestContext.Current.CancellationToken;
        var database = _server.Services.GetRequiredService<NpgsqlDataSource>();
        await using var connection = await database.OpenConnectionAsync(cancel);
        await using var transaction = await connection.BeginTransactionAsync(cancel);
        await using var hold = new NpgsqlCommand($"SELECT FROM auth.account WHERE did = '{alice.Did}' FOR UPDATE", connection, transaction);
        await hold.ExecuteNonQueryAsync(cancel);

        Task<XrpcReply>[] both = [alice.Client.QueryAsync(List), alice.Client.QueryAsync(List)];
        await using var waiting = database.CreateCommand(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'");
        await Eventually.TrueAsync(async () => (long)(await waiting.ExecuteScalarAsync(cancel))! >= 2);
        await transaction.CommitAsync(cancel);
        var replies = await Task.WhenAll(both);

        var refused = Assert.Single(replies, reply => reply.Status != 200);
        Assert.Equal(
            (400, "DuplicateCreate", "attempted to create additional codes in another request"),
            (refused.Status, refused.Error, refused.Message));
        Assert.Single(await ListAsync(alice));
    }

    [Fact]
    public async Task An_account_without_invites_earns_disabled_codes_until_it_is_enabled_again()
    {
        var alice = await SignUpAsync();
        (await AsAdminAsync("disableAccountInvites", new { account = alice.Did.Value, note = "too many" })).Ok();
        _time.Advance(TimeSpan.FromMinutes(61));
        Assert.Empty(await ListAsync(alice));

        (await AsAdminAsync("enableAccountInvites", new { account = alice.Did.Value })).Ok();
        _time.Advance(TimeSpan.FromMinutes(61));

        Assert.Single(await ListAsync(alice));
    }

    [Fact]
    public async Task Codes_are_disabled_one_by_one_and_by_account_but_not_the_administrators()
    {
        var alice = await SignUpAsync();
        _time.Advance(TimeSpan.FromHours(3.5));
        var codes = await ListAsync(alice);
        Assert.Equal(3, codes.Length);

        (await AsAdminAsync("disableInviteCodes", new { codes = new[] { codes[0].GetProperty("code").GetString() } })).Ok();
        Assert.Equal(2, (await ListAsync(alice, ("createAvailable", false))).Length);
        (await AsAdminAsync("disableInviteCodes", new { accounts = new[] { alice.Did.Value } })).Ok();
        Assert.Empty(await ListAsync(alice, ("createAvailable", false)));
        var refused = await AsAdminAsync("disableInviteCodes", new { accounts = new[] { "admin" } });

        Assert.Equal((400, "InvalidRequest"), (refused.Status, refused.Error));
    }

    [Theory]
    [InlineData("recent")]
    [InlineData("usage")]
    public async Task All_codes_are_listed_page_by_page(string sort)
    {
        await SignUpAsync();
        _time.Advance(TimeSpan.FromSeconds(1));
        await NewCodeAsync();
        _time.Advance(TimeSpan.FromSeconds(1));
        var latest = await NewCodeAsync();
        var used = (await InviteCodesAsync(sort: "usage", limit: 1)).Codes.Single();

        var (cursor, first) = await InviteCodesAsync(sort, 2);
        var (end, rest) = await InviteCodesAsync(sort, 2, cursor);

        Assert.Equal(sort == "usage" ? used : latest, first[0]);
        Assert.Equal(3, first.Concat(rest).Distinct().Count());
        Assert.Null(end);
    }

    [Fact]
    public async Task A_malformed_cursor_and_an_unknown_order_are_refused()
    {
        var cursor = await GetAsync("?cursor=x");
        var sort = await GetAsync("?sort=name");

        Assert.Equal((400, "InvalidRequest", "Malformed cursor"), (cursor.Status, cursor.Error, cursor.Message));
        Assert.Equal((400, "InvalidRequest", "unknown sort method: name"), (sort.Status, sort.Error, sort.Message));
    }

    [Fact]
    public void Gifts_and_codes_from_before_the_epoch_do_not_count()
    {
        var epoch = _time.GetUtcNow();
        Invite Code(string by, DateTimeOffset at) => new("code", 1, false, "did:web:a.example.com", by, at, []);
        Invite[] codes = [Code("admin", epoch.AddHours(1)), Code("did:web:a.example.com", epoch.AddHours(-1))];

        var counted = InviteAllowance.Count(codes, epoch.AddYears(-1), epoch, TimeSpan.FromHours(1), epoch.AddHours(2.5));

        Assert.Equal((2, 3), counted);
    }

    private async Task<(string? Cursor, string[] Codes)> InviteCodesAsync(string sort, int limit, string? cursor = null)
    {
        var json = (await GetAsync($"?sort={sort}&limit={limit}{(cursor is null ? "" : $"&cursor={cursor}")}")).Ok().Json;
        return (
            json.TryGetProperty("cursor", out var next) ? next.GetString() : null,
            [.. json.GetProperty("codes").EnumerateArray().Select(code => code.GetProperty("code").GetString()!)]);
    }

    private async Task<string> NewCodeAsync() =>
        (await AsAdminAsync("createInviteCode", new { useCount = 1 }, "server")).Ok().Json.GetProperty("code").GetString()!;

    private async Task<(Did Did, XrpcClient Client)> SignUpAsync(string? inviteCode = null)
    {
        var handle = TestAccount.NewHandle();
        inviteCode ??= await NewCodeAsync();
        var session = (await _server.Xrpc.ProcedureAsync(
            "com.atproto.server.createAccount",
            new { handle, email = $"{handle.Split('.')[0]}@mail.test", password = "secret", inviteCode })).Ok().Json;
        return (Did.Parse(session.GetProperty("did").GetString()!), new XrpcClient(_server.Xrpc.Http));
    }

    private async Task<JsonElement[]> ListAsync((Did Did, XrpcClient Client) account, params (string, object?)[] parameters)
    {
        account.Client.Token = TokenOf(account.Did);
        return [.. (await account.Client.QueryAsync(List, parameters)).Ok().Json.GetProperty("codes").EnumerateArray()];
    }

    // The clock runs ahead of a token's life.
    private string TokenOf(Did did) => _server.Services.GetRequiredService<Modules.Auth.Sessions.TokenIssuer>()
        .Issue(did, Pds.Xrpc.AccessKind.Full).AccessJwt;

    private Task<XrpcReply> GetAsync(string query) => SendAsync(
        new HttpRequestMessage(HttpMethod.Get, $"/xrpc/com.atproto.admin.getInviteCodes{query}"));

    private Task<XrpcReply> AsAdminAsync(string method, object input, string group = "admin") => SendAsync(
        new HttpRequestMessage(HttpMethod.Post, $"/xrpc/com.atproto.{group}.{method}")
        {
            Content = JsonContent.Create(input, new MediaTypeHeaderValue("application/json")),
        });

    private Task<XrpcReply> SendAsync(HttpRequestMessage request)
    {
        var credentials = Convert.ToBase64String(Encoding.UTF8.GetBytes($"admin:{PdsServer.AdminPassword}"));
        request.Headers.Authorization = new AuthenticationHeaderValue("Basic", credentials);
        return _server.Xrpc.SendAsync(request);
    }
}
