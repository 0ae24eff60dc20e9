using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using AtProto;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Npgsql;
using Pds.Modules.Auth;
using Pds.Tests.Support;

namespace Pds.Tests.Auth;

public sealed class SessionTests(PdsFixture pds)
{
    private const string Wrong = "Invalid identifier or password";

    [Fact]
    public async Task Signs_in_by_handle_did_or_address_in_whatever_case()
    {
        using var alice = await pds.CreateAccountAsync();

        string[] identifiers =
        [
            alice.Handle.Value, alice.Handle.Value.ToUpperInvariant(), alice.Did.Value, alice.Email, alice.Email.ToUpperInvariant(),
        ];
        foreach (var identifier in identifiers)
        {
            var session = (await SignInAsync(identifier, alice.Password)).Ok().Json;
            Assert.Equal(alice.Did.Value, session.GetProperty("did").GetString());
            Assert.Equal(alice.Handle.Value, session.GetProperty("handle").GetString());
            Assert.Equal(alice.Email, session.GetProperty("email").GetString());
            Assert.False(session.GetProperty("emailConfirmed").GetBoolean());
            Assert.True(session.GetProperty("active").GetBoolean());
            Assert.False(session.TryGetProperty("status", out _));
            Assert.False(session.TryGetProperty("didDoc", out _));
        }
    }

    [Fact]
    public async Task Refuses_a_wrong_password()
    {
        using var alice = await pds.CreateAccountAsync();

        AssertRefused(await SignInAsync(alice.Handle.Value, "wrong"), 401, "AuthenticationRequired", Wrong);
        AssertRefused(await SignInAsync(alice.Handle.Value, ""), 401, "AuthenticationRequired", Wrong);
    }

    [Theory]
    [InlineData("nobody.test")]
    [InlineData("did:plc:aaaaaaaaaaaaaaaaaaaaaaaa")]
    [InlineData("nobody@mail.test")]
    [InlineData("not an identifier")]
    [InlineData("")]
    public async Task Refuses_an_unknown_account_in_the_same_words(string identifier) =>
        AssertRefused(await SignInAsync(identifier, "secret"), 401, "AuthenticationRequired", Wrong);

    [Fact]
    public async Task Refuses_a_password_that_is_too_long() => AssertRefused(
        await SignInAsync("nobody.test", new string('x', 513)),
        401,
        "AuthenticationRequired",
        "Password too long. Consider resetting your password.");

    [Theory]
    [InlineData("""{"identifier":"alice.test"}""")]
    [InlineData("""{"password":"secret"}""")]
    [InlineData("""{"identifier":null,"password":"secret"}""")]
    [InlineData("""{"identifier":1,"password":"secret"}""")]
    [InlineData("{")]
    public async Task Refuses_a_sign_in_that_is_not_whole(string input)
    {
        var reply = await pds.Xrpc.ProcedureAsync(
            "com.atproto.server.createSession", Encoding.UTF8.GetBytes(input), "application/json");

        Assert.Equal((400, "InvalidRequest"), (reply.Status, reply.Error));
    }

    [Fact]
    public async Task A_deactivated_account_signs_in_and_is_told_so()
    {
        using var alice = await pds.CreateAccountAsync();
        await UpdateAsync(alice.Did, "deactivated_at = now()");

        var session = (await SignInAsync(alice.Handle.Value, alice.Password)).Ok().Json;

        Assert.False(session.GetProperty("active").GetBoolean());
        Assert.Equal("deactivated", session.GetProperty("status").GetString());
    }

    [Fact]
    public async Task A_taken_down_account_signs_in_only_where_that_is_asked_for_and_cannot_go_on()
    {
        using var alice = await pds.CreateAccountAsync();
        await UpdateAsync(alice.Did, "takedown_ref = 'x', deactivated_at = now()");

        var plain = await SignInAsync(alice.Handle.Value, alice.Password);
        var wrong = await SignInAsync(alice.Handle.Value, "wrong");
        var asked = (await pds.Xrpc.ProcedureAsync(
            "com.atproto.server.createSession",
            new { identifier = alice.Handle, password = alice.Password, allowTakendown = true })).Ok().Json;
        alice.Token = asked.GetProperty("accessJwt").GetString();
        var session = await alice.QueryAsync("com.atproto.server.getSession");
        alice.Token = asked.GetProperty("refreshJwt").GetString();
        var refresh = await alice.ProcedureAsync("com.atproto.server.refreshSession");

        AssertRefused(plain, 401, "AccountTakedown", "Account has been taken down");
        AssertRefused(wrong, 401, "AuthenticationRequired", Wrong);
        Assert.Equal("takendown", asked.GetProperty("status").GetString());
        AssertRefused(session, 400, "InvalidToken", "Bad token scope");
        AssertRefused(refresh, 401, "AccountTakedown", "Account has been taken down");
    }

    [Fact]
    public async Task A_session_of_before_the_takedown_finds_no_account()
    {
        using var alice = await pds.CreateAccountAsync();
        await UpdateAsync(alice.Did, "takedown_ref = 'x'");

        var session = await alice.QueryAsync("com.atproto.server.getSession");
        var full = await alice.ProcedureAsync("com.atproto.server.createAppPassword", new { name = "app" });

        AssertRefused(session, 400, "InvalidRequest", $"Could not find user info for account: {alice.Did}");
        AssertRefused(full, 401, "AccountTakedown", "Account has been taken down");
    }

    [Fact]
    public async Task Refreshing_gives_new_tokens_and_the_old_one_the_same_successor_again()
    {
        using var alice = await pds.CreateAccountAsync();
        alice.Token = alice.RefreshToken;

        var first = (await alice.ProcedureAsync("com.atproto.server.refreshSession")).Ok().Json;
        var again = (await alice.ProcedureAsync("com.atproto.server.refreshSession")).Ok().Json;
        alice.Token = first.GetProperty("refreshJwt").GetString();
        var next = (await alice.ProcedureAsync("com.atproto.server.refreshSession")).Ok().Json;

        Assert.Equal(IdOf(first), IdOf(again));
        Assert.NotEqual(IdOf(first), IdOf(next));
        Assert.Equal(alice.Handle.Value, first.GetProperty("handle").GetString());
        Assert.Equal(alice.Email, first.GetProperty("email").GetString());
        alice.Token = next.GetProperty("accessJwt").GetString();
        (await alice.QueryAsync("com.atproto.server.getSession")).Ok();
    }

    [Fact]
    public async Task A_used_token_is_revoked_after_two_hours()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(60));
        await using var server = await pds.StartServerAsync(time: time);
        using var alice = await TestAccount.CreateAsync(server);
        alice.Token = alice.RefreshToken;
        var first = (await alice.ProcedureAsync("com.atproto.server.refreshSession")).Ok().Json;

        time.Advance(TimeSpan.FromHours(2));
        var late = await alice.ProcedureAsync("com.atproto.server.refreshSession");
        alice.Token = first.GetProperty("refreshJwt").GetString();
        var next = await alice.ProcedureAsync("com.atproto.server.refreshSession");

        AssertRefused(late, 400, "ExpiredToken", "Token has been revoked");
        Assert.Equal(200, next.Status);
    }

    [Fact]
    public async Task An_access_token_expires_with_the_answer_on_which_clients_refresh()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(60));
        await using var server = await pds.StartServerAsync(time: time);
        using var alice = await TestAccount.CreateAsync(server);

        time.Advance(TimeSpan.FromHours(2));

        AssertRefused(await alice.QueryAsync("com.atproto.server.getSession"), 400, "ExpiredToken", "Token has expired");
    }

    [Fact]
    public async Task A_deleted_session_cannot_be_refreshed_and_can_be_deleted_again()
    {
        using var alice = await pds.CreateAccountAsync();
        alice.Token = alice.RefreshToken;

        var deleted = await alice.ProcedureAsync("com.atproto.server.deleteSession");
        var refreshed = await alice.ProcedureAsync("com.atproto.server.refreshSession");
        var again = await alice.ProcedureAsync("com.atproto.server.deleteSession");

        Assert.Equal((200, 0), (deleted.Status, deleted.Body.Length));
        AssertRefused(refreshed, 400, "ExpiredToken", "Token has been revoked");
        Assert.Equal(200, again.Status);
    }

    [Theory]
    [InlineData("refreshSession")]
    [InlineData("deleteSession")]
    public async Task An_access_token_neither_refreshes_nor_ends_a_session(string method)
    {
        using var alice = await pds.CreateAccountAsync();

        AssertRefused(
            await alice.ProcedureAsync($"com.atproto.server.{method}"), 400, "InvalidToken", "Token could not be verified");
    }

    [Theory]
    [InlineData("refreshSession")]
    [InlineData("deleteSession")]
    public async Task A_refresh_token_without_an_id_neither_refreshes_nor_ends_a_session(string method)
    {
        using var alice = await pds.CreateAccountAsync();
        var secret = (await pds.GetServerAsync()).Services.GetRequiredService<AuthOptions>().JwtSecret;
        alice.Token = WithoutId(alice.RefreshToken, secret);

        var reply = await alice.ProcedureAsync($"com.atproto.server.{method}");

        AssertRefused(reply, 401, "MissingTokenId", "Unexpected missing refresh token id");
    }

    [Fact]
    public async Task A_replica_takes_the_tokens_of_the_other()
    {
        var database = await PdsFixture.CreateDatabaseAsync();
        await using var one = await pds.StartServerAsync(database: database);
        await using var other = await pds.StartServerAsync(database: database);
        using var alice = await TestAccount.CreateAsync(one);
        other.Xrpc.Token = alice.Token;

        var session = await other.Xrpc.QueryAsync("com.atproto.server.getSession");
        other.Xrpc.Token = alice.RefreshToken;
        var refreshed = await other.Xrpc.ProcedureAsync("com.atproto.server.refreshSession");

        Assert.Equal(alice.Did.Value, session.Ok().Json.GetProperty("did").GetString());
        Assert.Equal(200, refreshed.Status);
    }

    [Fact]
    public async Task Sessions_come_with_the_did_document_where_that_is_set()
    {
        await using var server = await pds.StartServerAsync(
            new Dictionary<string, string> { ["PDS_ENABLE_DID_DOC_WITH_SESSION"] = "true" });
        using var alice = await TestAccount.CreateAsync(server);

        var created = (await server.Xrpc.ProcedureAsync(
            "com.atproto.server.createSession", new { identifier = alice.Handle, password = alice.Password })).Ok().Json;
        var told = (await alice.QueryAsync("com.atproto.server.getSession")).Ok().Json;

        Assert.Equal(alice.Did.Value, created.GetProperty("didDoc").GetProperty("id").GetString());
        Assert.Equal(alice.Did.Value, told.GetProperty("didDoc").GetProperty("id").GetString());
    }

    private Task<XrpcReply> SignInAsync(string identifier, string password) =>
        pds.Xrpc.ProcedureAsync("com.atproto.server.createSession", new { identifier, password });

    private async Task UpdateAsync(Did did, string change)
    {
        var server = await pds.GetServerAsync();
        await using var command = server.Services.GetRequiredService<NpgsqlDataSource>()
            .CreateCommand($"UPDATE auth.account SET {change} WHERE did = $1");
        command.Parameters.AddWithValue(did.Value);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    // As the server itself would sign it.
    private static string WithoutId(string refreshToken, string secret)
    {
        var parts = refreshToken.Split('.');
        var claims = JsonNode.Parse(Base64Url.DecodeFromChars(parts[1]))!.AsObject();
        claims.Remove("jti");
        var signed = $"{parts[0]}.{Base64Url.EncodeToString(Encoding.UTF8.GetBytes(claims.ToJsonString()))}";
        var signature = HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.ASCII.GetBytes(signed));
        return $"{signed}.{Base64Url.EncodeToString(signature)}";
    }

    private static string IdOf(JsonElement session)
    {
        var claims = session.GetProperty("refreshJwt").GetString()!.Split('.')[1];
        return JsonElement.Parse(Base64Url.DecodeFromChars(claims)).GetProperty("jti").GetString()!;
    }

    private static void AssertRefused(XrpcReply reply, int status, string error, string message) =>
        Assert.Equal((status, error, message), (reply.Status, reply.Error, reply.Message));
}
