using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Pds.Tests.Support;

namespace Pds.Tests.Auth;

public sealed class AppPasswordEndpointTests(PdsFixture pds)
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_app_password_signs_in_and_cannot_make_another(bool privileged)
    {
        using var alice = await pds.CreateAccountAsync();
        var made = (await alice.ProcedureAsync("com.atproto.server.createAppPassword", new { name = "app", privileged })).Ok().Json;

        alice.Token = await SignInAsync(alice, made.GetProperty("password").GetString()!);
        var session = await alice.QueryAsync("com.atproto.server.getSession");
        var another = await alice.ProcedureAsync("com.atproto.server.createAppPassword", new { name = "another" });

        Assert.Equal(("app", privileged), (made.GetProperty("name").GetString(), made.GetProperty("privileged").GetBoolean()));
        Assert.True(AtProto.AtDatetime.IsValid(made.GetProperty("createdAt").GetString()!));
        Assert.Equal(alice.Did.Value, session.Ok().Json.GetProperty("did").GetString());
        Assert.Equal((400, "InvalidToken", "Bad token scope"), (another.Status, another.Error, another.Message));
    }

    [Fact]
    public async Task A_name_can_be_given_once()
    {
        using var alice = await pds.CreateAccountAsync();
        (await alice.ProcedureAsync("com.atproto.server.createAppPassword", new { name = "app" })).Ok();

        var reply = await alice.ProcedureAsync("com.atproto.server.createAppPassword", new { name = "app" });

        Assert.Equal((400, "InvalidRequest", "could not create app-specific password"), (reply.Status, reply.Error, reply.Message));
    }

    [Fact]
    public async Task App_passwords_are_listed_without_the_passwords()
    {
        using var alice = await pds.CreateAccountAsync();
        await alice.ProcedureAsync("com.atproto.server.createAppPassword", new { name = "one", privileged = true });
        await alice.ProcedureAsync("com.atproto.server.createAppPassword", new { name = "two" });

        var passwords = (await alice.QueryAsync("com.atproto.server.listAppPasswords")).Ok().Json.GetProperty("passwords");

        Assert.Equal(["two", "one"], passwords.EnumerateArray().Select(password => password.GetProperty("name").GetString()));
        Assert.True(passwords[1].GetProperty("privileged").GetBoolean());
        Assert.False(passwords[0].TryGetProperty("password", out _));
    }

    [Fact]
    public async Task A_revoked_app_password_neither_signs_in_nor_refreshes()
    {
        using var alice = await pds.CreateAccountAsync();
        var password = (await alice.ProcedureAsync("com.atproto.server.createAppPassword", new { name = "app" }))
            .Ok().Json.GetProperty("password").GetString()!;
        var session = (await pds.Xrpc.ProcedureAsync(
            "com.atproto.server.createSession", new { identifier = alice.Did, password })).Ok().Json;

        (await alice.ProcedureAsync("com.atproto.server.revokeAppPassword", new { name = "app" })).Ok();
        alice.Token = session.GetProperty("refreshJwt").GetString();
        var refresh = await alice.ProcedureAsync("com.atproto.server.refreshSession");
        var again = await pds.Xrpc.ProcedureAsync("com.atproto.server.createSession", new { identifier = alice.Did, password });

        Assert.Equal((400, "ExpiredToken"), (refresh.Status, refresh.Error));
        Assert.Equal((401, "AuthenticationRequired"), (again.Status, again.Error));
    }

    [Fact]
    public async Task A_refreshed_session_stays_one_of_its_app_password()
    {
        using var alice = await pds.CreateAccountAsync();
        var password = (await alice.ProcedureAsync("com.atproto.server.createAppPassword", new { name = "app" }))
            .Ok().Json.GetProperty("password").GetString()!;
        var session = (await pds.Xrpc.ProcedureAsync(
            "com.atproto.server.createSession", new { identifier = alice.Did, password })).Ok().Json;

        alice.Token = session.GetProperty("refreshJwt").GetString();
        var refreshed = await alice.ProcedureAsync("com.atproto.server.refreshSession");
        alice.Token = refreshed.Ok().Json.GetProperty("accessJwt").GetString();
        var reply = await alice.ProcedureAsync("com.atproto.server.createAppPassword", new { name = "another" });

        Assert.Equal((400, "InvalidToken", "Bad token scope"), (reply.Status, reply.Error, reply.Message));
    }

    [Fact]
    public async Task A_name_has_a_length_and_an_account_has_so_many()
    {
        using var alice = await pds.CreateAccountAsync();
        var server = await pds.GetServerAsync();
        await using var command = server.Services.GetRequiredService<NpgsqlDataSource>().CreateCommand(
            """
            INSERT INTO auth.app_password (did, name, hash, privileged, created_at)
            SELECT $1, 'app ' || number, sha256(number::text::bytea), false, now() FROM generate_series(1, 99) AS number
            """);
        command.Parameters.AddWithValue(alice.Did.Value);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);

        var nameless = await alice.ProcedureAsync("com.atproto.server.createAppPassword", new { name = "" });
        var tooLong = await alice.ProcedureAsync("com.atproto.server.createAppPassword", new { name = new string('x', 129) });
        (await alice.ProcedureAsync("com.atproto.server.createAppPassword", new { name = "the hundredth" })).Ok();
        var tooMany = await alice.ProcedureAsync("com.atproto.server.createAppPassword", new { name = "one more" });

        Assert.All(
            new[] { nameless, tooLong },
            reply => Assert.Equal(
                (400, "InvalidRequest", "The name of an app password has 1 to 128 characters"), (reply.Status, reply.Error, reply.Message)));
        Assert.Equal((400, "InvalidRequest", "An account has 100 app passwords at most"), (tooMany.Status, tooMany.Error, tooMany.Message));
    }

    private async Task<string> SignInAsync(TestAccount account, string password) =>
        (await pds.Xrpc.ProcedureAsync("com.atproto.server.createSession", new { identifier = account.Handle, password }))
        .Ok().Json.GetProperty("accessJwt").GetString()!;
}
