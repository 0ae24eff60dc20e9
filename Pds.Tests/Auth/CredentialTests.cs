using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Pds.Contracts.Auth;
using Pds.Tests.Support;

namespace Pds.Tests.Auth;

public sealed class CredentialTests(PdsFixture pds) : MailedServerTests(pds)
{
    [Fact]
    public async Task A_forgotten_password_is_replaced_by_a_mailed_code_and_everything_is_signed_out()
    {
        using var alice = await TestAccount.CreateAsync(Server);
        var device = await SignInAsync(alice, alice.Password);

        await Server.InvokeAsync(new RequestPasswordReset(alice.Handle.Value, Address));
        var code = await Mail.NextCodeAsync(alice.Email);
        await Server.InvokeAsync(new ResetPassword(code.ToLowerInvariant(), "a new password", Address));

        var again = await Refused(() => Server.InvokeAsync(new ResetPassword(code, "another one", Address)));
        var wrong = await Refused(() => SignInAsync(alice, alice.Password));
        var devices = await Server.InvokeAsync<IReadOnlyList<DeviceSummary>>(new ListDevices(alice.Did));
        await SignInAsync(alice, "a new password");
        Assert.Equal(("InvalidToken", "AuthenticationRequired"), (again, wrong));
        Assert.DoesNotContain(devices, found => found.DeviceId == device.DeviceId);
    }

    [Theory]
    [InlineData("password123")]
    [InlineData("QwertyUIOP")]
    public async Task A_password_that_everybody_tries_is_refused(string password)
    {
        using var alice = await TestAccount.CreateAsync(Server);
        var device = await SignInAsync(alice, alice.Password);

        var refused = await Refused(() => Server.InvokeAsync(
            new ChangePassword(alice.Did, device.DeviceId, Address, alice.Password, password)));

        Assert.Equal("InvalidPassword", refused);
        await SignInAsync(alice, alice.Password);
    }

    [Fact]
    public async Task A_reset_says_nothing_of_whether_the_account_exists_and_looks_for_it_behind_the_answer()
    {
        using var alice = await TestAccount.CreateAsync(Server);
        const string Method = "com.atproto.server.requestPasswordReset";

        await Server.InvokeAsync(new RequestPasswordReset("nobody.test", Address));
        var unknown = await Server.Xrpc.ProcedureAsync(Method, new { email = "nobody@example.com" });
        var odd = await Server.Xrpc.ProcedureAsync(Method, new { email = "\0" + new string('x', 1000) });
        var known = await Server.Xrpc.ProcedureAsync(Method, new { email = alice.Email.ToUpperInvariant() });

        Assert.Equal((200, 200, 200), (unknown.Status, odd.Status, known.Status));
        Assert.Equal((unknown.Body.Length, Headers(unknown)), (known.Body.Length, Headers(known)));
        Assert.NotEmpty(await Mail.NextCodeAsync(alice.Email));
        await Eventually.TrueAsync(async () => await CountRequestsAsync() == 0);
    }

    [Fact]
    public async Task A_request_for_a_reset_outlives_its_process()
    {
        using var alice = await TestAccount.CreateAsync(Server);
        await using (var command = Server.Services.GetRequiredService<NpgsqlDataSource>().CreateCommand(
            "INSERT INTO auth.reset_request (identifier, language, asked_at, due_at) VALUES ($1, 'de', $2, $2)"))
        {
            command.Parameters.AddWithValue(alice.Handle.Value);
            command.Parameters.AddWithValue(Time.GetUtcNow());
            await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
        }

        await Eventually.TrueAsync(async () =>
        {
            Time.Advance(TimeSpan.FromSeconds(31));
            return await CountRequestsAsync() == 0;
        });

        Assert.Equal("Passwort zurücksetzen", (await Mail.NextAsync(alice.Email)).Subject);
    }

    [Fact]
    public async Task A_code_expires_after_a_quarter_of_an_hour()
    {
        using var alice = await TestAccount.CreateAsync(Server);
        await Server.InvokeAsync(new RequestEmailConfirmation(alice.Did));
        var code = await Mail.NextCodeAsync(alice.Email);

        Time.Advance(TimeSpan.FromMinutes(16));
        var late = await Refused(() => Server.InvokeAsync(new ConfirmEmail(alice.Did, alice.Email, code)));

        Assert.Equal("ExpiredToken", late);
    }

    [Fact]
    public async Task An_address_is_confirmed_and_then_changed_only_with_a_code_sent_to_it()
    {
        using var alice = await TestAccount.CreateAsync(Server);
        (await alice.ProcedureAsync("com.atproto.server.requestEmailConfirmation")).Ok();
        var confirmation = await Mail.NextCodeAsync(alice.Email);
        var other = await Refused(() => Server.InvokeAsync(new ConfirmEmail(alice.Did, "other@example.com", confirmation)));
        (await alice.ProcedureAsync("com.atproto.server.confirmEmail", new { email = alice.Email, token = confirmation })).Ok();

        var asked = (await alice.ProcedureAsync("com.atproto.server.requestEmailUpdate")).Ok();
        var without = await alice.ProcedureAsync("com.atproto.server.updateEmail", new { email = $"new-{alice.Email}" });
        var code = await Mail.NextCodeAsync(alice.Email);
        (await alice.ProcedureAsync("com.atproto.server.updateEmail", new { email = $"new-{alice.Email}", token = code })).Ok();

        var session = (await alice.QueryAsync("com.atproto.server.getSession")).Ok().Json;
        Assert.Equal("InvalidEmail", other);
        Assert.True(asked.Json.GetProperty("tokenRequired").GetBoolean());
        Assert.Equal("TokenRequired", without.Error);
        Assert.Equal($"new-{alice.Email}", session.GetProperty("email").GetString());
        Assert.False(session.GetProperty("emailConfirmed").GetBoolean());
    }

    [Fact]
    public async Task An_address_of_another_account_is_refused()
    {
        using var alice = await TestAccount.CreateAsync(Server);
        using var bob = await TestAccount.CreateAsync(Server);

        var reply = await alice.ProcedureAsync("com.atproto.server.updateEmail", new { email = bob.Email });

        Assert.Equal("InvalidRequest", reply.Error);
    }

    [Fact]
    public async Task An_app_turns_codes_at_sign_in_on_for_a_confirmed_address_and_off_with_a_code()
    {
        const string Update = "com.atproto.server.updateEmail";
        using var alice = await TestAccount.CreateAsync(Server);
        var tooEarly = await alice.ProcedureAsync(Update, new { email = alice.Email, emailAuthFactor = true });
        (await alice.ProcedureAsync("com.atproto.server.requestEmailConfirmation")).Ok();
        (await alice.ProcedureAsync(
            "com.atproto.server.confirmEmail", new { email = alice.Email, token = await Mail.NextCodeAsync(alice.Email) })).Ok();

        (await alice.ProcedureAsync(Update, new { email = alice.Email, emailAuthFactor = true })).Ok();
        var on = (await alice.QueryAsync("com.atproto.server.getSession")).Ok().Json.GetProperty("emailAuthFactor").GetBoolean();
        var asked = await LogInAsync(alice);
        var signedIn = (await LogInAsync(alice, await Mail.NextCodeAsync(alice.Email))).Ok().Json;
        var without = await alice.ProcedureAsync(Update, new { email = alice.Email, emailAuthFactor = false });
        (await alice.ProcedureAsync("com.atproto.server.requestEmailUpdate")).Ok();
        (await alice.ProcedureAsync(
            Update, new { email = alice.Email, token = await Mail.NextCodeAsync(alice.Email), emailAuthFactor = false })).Ok();
        var off = (await LogInAsync(alice)).Ok().Json;

        Assert.Equal((400, "InvalidRequest"), (tooEarly.Status, tooEarly.Error));
        Assert.True(on);
        Assert.Equal(
            (401, "AuthFactorTokenRequired", "A sign in code has been sent to your email address"), (asked.Status, asked.Error, asked.Message));
        Assert.True(signedIn.GetProperty("emailAuthFactor").GetBoolean());
        Assert.Equal("TokenRequired", without.Error);
        Assert.False(off.TryGetProperty("emailAuthFactor", out _));
    }

    [Fact]
    public async Task A_password_is_changed_by_who_knows_it_and_other_browsers_are_signed_out()
    {
        using var alice = await TestAccount.CreateAsync(Server);
        var here = await SignInAsync(alice, alice.Password);
        await SignInAsync(alice, alice.Password);

        var wrong = await Refused(() => Server.InvokeAsync(new ChangePassword(alice.Did, here.DeviceId, Address, "wrong", "a new password")));
        var tooShort = await Refused(() => Server.InvokeAsync(new ChangePassword(alice.Did, here.DeviceId, Address, alice.Password, "short")));
        await Server.InvokeAsync(new ChangePassword(alice.Did, here.DeviceId, Address, alice.Password, "a new password"));

        var devices = await Server.InvokeAsync<IReadOnlyList<DeviceSummary>>(new ListDevices(alice.Did));
        Assert.Equal(("AuthenticationRequired", "InvalidPassword"), (wrong, tooShort));
        Assert.Equal(here.DeviceId, Assert.Single(devices).DeviceId);
    }

    [Fact]
    public async Task An_account_goes_out_of_sight_and_comes_back()
    {
        using var alice = await TestAccount.CreateAsync(Server);

        await Server.InvokeAsync(new DeactivateAccount(alice.Did));
        var hidden = await Server.Xrpc.QueryAsync("com.atproto.sync.getRepoStatus", ("did", alice.Did));
        (await alice.ProcedureAsync("com.atproto.server.activateAccount")).Ok();
        var back = await Server.Xrpc.QueryAsync("com.atproto.sync.getRepoStatus", ("did", alice.Did));

        Assert.Equal("deactivated", hidden.Ok().Json.GetProperty("status").GetString());
        Assert.True(back.Ok().Json.GetProperty("active").GetBoolean());
    }

    [Fact]
    public async Task An_account_is_deleted_by_its_password_and_a_mailed_code_and_its_handle_is_free()
    {
        using var alice = await TestAccount.CreateAsync(Server);
        (await alice.ProcedureAsync("com.atproto.server.requestAccountDelete")).Ok();
        var code = await Mail.NextCodeAsync(alice.Email);

        var wrong = await Server.Xrpc.ProcedureAsync("com.atproto.server.deleteAccount", new { did = alice.Did.Value, password = "wrong", token = code });
        (await Server.Xrpc.ProcedureAsync("com.atproto.server.deleteAccount", new { did = alice.Did.Value, password = alice.Password, token = code })).Ok();

        var gone = await Refused(() => SignInAsync(alice, alice.Password));
        using var next = await TestAccount.CreateAsync(Server, alice.Handle.Value);
        Assert.Equal((401, "AuthenticationRequired"), (wrong.Status, wrong.Error));
        Assert.Equal("AuthenticationRequired", gone);
        Assert.NotEqual(alice.Did, next.Did);
    }

    private async Task<OpenedDevice> SignInAsync(TestAccount account, string password)
    {
        var device = await Server.InvokeAsync<OpenedDevice>(new OpenDevice(null, "test", Address));
        await Server.InvokeAsync<SignInResult>(new SignIn(device.DeviceId, Address, account.Handle.Value, password, Remember: true));
        return device;
    }

    private static string Headers(XrpcReply reply) => string.Join(';', reply.Headers.Select(header => header.Key).Order());

    private Task<XrpcReply> LogInAsync(TestAccount account, string? authFactorToken = null) => Server.Xrpc.ProcedureAsync(
        "com.atproto.server.createSession", new { identifier = account.Handle, password = account.Password, authFactorToken });

    private async Task<long> CountRequestsAsync()
    {
        await using var command = Server.Services.GetRequiredService<NpgsqlDataSource>().CreateCommand("SELECT count(*) FROM auth.reset_request");
        return (long)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
    }
}
