using Microsoft.Extensions.Time.Testing;
using Pds.Contracts.Auth;
using Pds.Tests.Support;
using Pds.Xrpc;

namespace Pds.Tests.Auth;

public sealed class CredentialTests(PdsFixture pds) : IAsyncLifetime
{
    private const string Address = "192.0.2.4";

    private readonly MailSink _mail = new();
    private readonly FakeTimeProvider _time = new(TimeProvider.System.GetUtcNow());
    private PdsServer _server = null!;

    public async ValueTask InitializeAsync() => _server = await pds.StartServerAsync(_mail.Settings, _time);

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        await _mail.DisposeAsync();
    }

    [Fact]
    public async Task A_forgotten_password_is_replaced_by_a_mailed_code_and_everything_is_signed_out()
    {
        using var alice = await TestAccount.CreateAsync(_server);
        var device = await SignInAsync(alice, alice.Password);

        await _server.InvokeAsync(new RequestPasswordReset(alice.Handle.Value, Address));
        var code = await _mail.NextCodeAsync(alice.Email);
        await _server.InvokeAsync(new ResetPassword(code.ToLowerInvariant(), "a new password", Address));

        var again = await Refused(() => _server.InvokeAsync(new ResetPassword(code, "another one", Address)));
        var wrong = await Refused(() => SignInAsync(alice, alice.Password));
        var devices = await _server.InvokeAsync<IReadOnlyList<DeviceSummary>>(new ListDevices(alice.Did));
        await SignInAsync(alice, "a new password");
        Assert.Equal(("InvalidToken", "AuthenticationRequired"), (again, wrong));
        Assert.DoesNotContain(devices, found => found.DeviceId == device.DeviceId);
    }

    [Theory]
    [InlineData("password123")]
    [InlineData("QwertyUIOP")]
    public async Task A_password_that_everybody_tries_is_refused(string password)
    {
        using var alice = await TestAccount.CreateAsync(_server);
        var device = await SignInAsync(alice, alice.Password);

        var refused = await Refused(() => _server.InvokeAsync(
            new ChangePassword(alice.Did, device.DeviceId, Address, alice.Password, password)));

        Assert.Equal("InvalidPassword", refused);
        await SignInAsync(alice, alice.Password);
    }

    [Fact]
    public async Task A_reset_says_nothing_of_whether_the_account_exists_but_to_the_protocol()
    {
        await _server.InvokeAsync(new RequestPasswordReset("nobody.test", Address));

        var reply = await _server.Xrpc.ProcedureAsync("com.atproto.server.requestPasswordReset", new { email = "nobody@example.com" });

        Assert.Equal((400, "InvalidRequest"), (reply.Status, reply.Error));
    }

    [Fact]
    public async Task A_code_expires_after_a_quarter_of_an_hour()
    {
        using var alice = await TestAccount.CreateAsync(_server);
        await _server.InvokeAsync(new RequestEmailConfirmation(alice.Did));
        var code = await _mail.NextCodeAsync(alice.Email);

        _time.Advance(TimeSpan.FromMinutes(16));
        var late = await Refused(() => _server.InvokeAsync(new ConfirmEmail(alice.Did, alice.Email, code)));

        Assert.Equal("ExpiredToken", late);
    }

    [Fact]
    public async Task An_address_is_confirmed_and_then_changed_only_with_a_code_sent_to_it()
    {
        using var alice = await TestAccount.CreateAsync(_server);
        (await alice.ProcedureAsync("com.atproto.server.requestEmailConfirmation")).Ok();
        var confirmation = await _mail.NextCodeAsync(alice.Email);
        var other = await Refused(() => _server.InvokeAsync(new ConfirmEmail(alice.Did, "other@example.com", confirmation)));
        (await alice.ProcedureAsync("com.atproto.server.confirmEmail", new { email = alice.Email, token = confirmation })).Ok();

        var asked = (await alice.ProcedureAsync("com.atproto.server.requestEmailUpdate")).Ok();
        var without = await alice.ProcedureAsync("com.atproto.server.updateEmail", new { email = $"new-{alice.Email}" });
        var code = await _mail.NextCodeAsync(alice.Email);
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
        using var alice = await TestAccount.CreateAsync(_server);
        using var bob = await TestAccount.CreateAsync(_server);

        var reply = await alice.ProcedureAsync("com.atproto.server.updateEmail", new { email = bob.Email });

        Assert.Equal("InvalidRequest", reply.Error);
    }

    [Fact]
    public async Task A_password_is_changed_by_who_knows_it_and_other_browsers_are_signed_out()
    {
        using var alice = await TestAccount.CreateAsync(_server);
        var here = await SignInAsync(alice, alice.Password);
        await SignInAsync(alice, alice.Password);

        var wrong = await Refused(() => _server.InvokeAsync(new ChangePassword(alice.Did, here.DeviceId, Address, "wrong", "a new password")));
        var tooShort = await Refused(() => _server.InvokeAsync(new ChangePassword(alice.Did, here.DeviceId, Address, alice.Password, "short")));
        await _server.InvokeAsync(new ChangePassword(alice.Did, here.DeviceId, Address, alice.Password, "a new password"));

        var devices = await _server.InvokeAsync<IReadOnlyList<DeviceSummary>>(new ListDevices(alice.Did));
        Assert.Equal(("AuthenticationRequired", "InvalidPassword"), (wrong, tooShort));
        Assert.Equal(here.DeviceId, Assert.Single(devices).DeviceId);
    }

    [Fact]
    public async Task An_account_goes_out_of_sight_and_comes_back()
    {
        using var alice = await TestAccount.CreateAsync(_server);

        await _server.InvokeAsync(new DeactivateAccount(alice.Did));
        var hidden = await _server.Xrpc.QueryAsync("com.atproto.sync.getRepoStatus", ("did", alice.Did));
        (await alice.ProcedureAsync("com.atproto.server.activateAccount")).Ok();
        var back = await _server.Xrpc.QueryAsync("com.atproto.sync.getRepoStatus", ("did", alice.Did));

        Assert.Equal("deactivated", hidden.Ok().Json.GetProperty("status").GetString());
        Assert.True(back.Ok().Json.GetProperty("active").GetBoolean());
    }

    [Fact]
    public async Task An_account_is_deleted_by_its_password_and_a_mailed_code_and_its_handle_is_free()
    {
        using var alice = await TestAccount.CreateAsync(_server);
        (await alice.ProcedureAsync("com.atproto.server.requestAccountDelete")).Ok();
        var code = await _mail.NextCodeAsync(alice.Email);

        var wrong = await _server.Xrpc.ProcedureAsync("com.atproto.server.deleteAccount", new { did = alice.Did.Value, password = "wrong", token = code });
        (await _server.Xrpc.ProcedureAsync("com.atproto.server.deleteAccount", new { did = alice.Did.Value, password = alice.Password, token = code })).Ok();

        var gone = await Refused(() => SignInAsync(alice, alice.Password));
        using var next = await TestAccount.CreateAsync(_server, alice.Handle.Value);
        Assert.Equal((401, "AuthenticationRequired"), (wrong.Status, wrong.Error));
        Assert.Equal("AuthenticationRequired", gone);
        Assert.NotEqual(alice.Did, next.Did);
    }

    private async Task<OpenedDevice> SignInAsync(TestAccount account, string password)
    {
        var device = await _server.InvokeAsync<OpenedDevice>(new OpenDevice(null, "test", Address));
        await _server.InvokeAsync<SignInResult>(new SignIn(device.DeviceId, Address, account.Handle.Value, password, Remember: true));
        return device;
    }

    private static async Task<string> Refused(Func<Task> action) => (await Assert.ThrowsAsync<XrpcException>(action)).Error;
}
