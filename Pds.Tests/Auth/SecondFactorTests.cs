using OtpNet;
using Pds.Contracts.Auth;
using Pds.Tests.Support;

namespace Pds.Tests.Auth;

public sealed class SecondFactorTests(PdsFixture pds) : MailedServerTests(pds)
{
    [Fact]
    public async Task An_authenticator_is_asked_for_once_it_has_proven_itself_and_no_code_is_good_twice()
    {
        using var alice = await TestAccount.CreateAsync(Server);
        var (totp, _) = await SetUpAsync(alice);
        Time.Advance(TimeSpan.FromSeconds(60));
        var code = totp.ComputeTotp(Time.GetUtcNow().UtcDateTime);

        var (device, challenge) = await BeginAsync(alice);
        var wrong = await Refused(() => FinishAsync(device, challenge, "000000"));
        var result = await FinishAsync(device, challenge, code);
        var (otherDevice, other) = await BeginAsync(alice);
        var again = await Refused(() => FinishAsync(otherDevice, other, code));

        Assert.Equal(SecondFactorKind.Authenticator, challenge.Kind);
        Assert.Equal(("InvalidToken", "InvalidToken"), (wrong, again));
        Assert.Equal(alice.Did, result.Did);
    }

    [Fact]
    public async Task A_recovery_code_stands_in_once()
    {
        using var alice = await TestAccount.CreateAsync(Server);
        var (_, codes) = await SetUpAsync(alice);
        var (device, challenge) = await BeginAsync(alice);

        await FinishAsync(device, challenge, codes.Codes[3].ToUpperInvariant());
        var (otherDevice, other) = await BeginAsync(alice);
        var again = await Refused(() => FinishAsync(otherDevice, other, codes.Codes[3]));

        var state = await Server.InvokeAsync<SecondFactorState>(new GetSecondFactor(alice.Did));
        Assert.Equal("InvalidToken", again);
        Assert.Equal((true, 9), (state.IsAuthenticatorOn, state.RecoveryCodesLeft));
    }

    [Fact]
    public async Task A_ticket_is_for_its_browser_for_a_few_tries_and_for_ten_minutes()
    {
        using var alice = await TestAccount.CreateAsync(Server);
        var (totp, _) = await SetUpAsync(alice);
        Time.Advance(TimeSpan.FromSeconds(60));
        var (device, challenge) = await BeginAsync(alice);
        var stranger = await Server.InvokeAsync<OpenedDevice>(new OpenDevice(null, "test", Address));

        var elsewhere = await Refused(() => FinishAsync(stranger, challenge, totp.ComputeTotp(Time.GetUtcNow().UtcDateTime)));
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal("InvalidToken", await Refused(() => FinishAsync(device, challenge, "000000")));
        }

        var spent = await Refused(() => FinishAsync(device, challenge, totp.ComputeTotp(Time.GetUtcNow().UtcDateTime)));
        var (late, lateChallenge) = await BeginAsync(alice);
        Time.Advance(TimeSpan.FromMinutes(11));
        var expired = await Refused(() => FinishAsync(late, lateChallenge, totp.ComputeTotp(Time.GetUtcNow().UtcDateTime)));

        Assert.Equal(("ExpiredToken", "ExpiredToken", "ExpiredToken"), (elsewhere, spent, expired));
    }

    [Fact]
    public async Task A_code_by_mail_is_asked_for_where_the_address_is_proven()
    {
        using var alice = await TestAccount.CreateAsync(Server);
        var tooEarly = await Refused(() => Server.InvokeAsync(new SetEmailFactor(alice.Did, Address, true, alice.Password)));
        await Server.InvokeAsync(new RequestEmailConfirmation(alice.Did));
        await Server.InvokeAsync(new ConfirmEmail(alice.Did, alice.Email, await Mail.NextCodeAsync(alice.Email)));
        await Server.InvokeAsync(new SetEmailFactor(alice.Did, Address, true, alice.Password));

        var (device, challenge) = await BeginAsync(alice);
        var result = await FinishAsync(device, challenge, await Mail.NextCodeAsync(alice.Email));

        Assert.Equal("InvalidEmail", tooEarly);
        Assert.Equal(SecondFactorKind.Email, challenge.Kind);
        Assert.DoesNotContain(alice.Email, challenge.Hint, StringComparison.Ordinal);
        Assert.Equal(alice.Did, result.Did);
    }

    [Fact]
    public async Task A_legacy_session_asks_for_the_second_factor_by_its_name()
    {
        using var alice = await TestAccount.CreateAsync(Server);
        var (totp, _) = await SetUpAsync(alice);
        Time.Advance(TimeSpan.FromSeconds(60));

        var without = await Server.Xrpc.ProcedureAsync(
            "com.atproto.server.createSession", new { identifier = alice.Handle.Value, password = alice.Password });
        var wrong = await Server.Xrpc.ProcedureAsync(
            "com.atproto.server.createSession",
            new { identifier = alice.Handle.Value, password = alice.Password, authFactorToken = "nonsense" });
        var with = await Server.Xrpc.ProcedureAsync(
            "com.atproto.server.createSession",
            new { identifier = alice.Handle.Value, password = alice.Password, authFactorToken = totp.ComputeTotp(Time.GetUtcNow().UtcDateTime) });

        Assert.Equal(
            (401, "AuthFactorTokenRequired", "A code of your authenticator is required"), (without.Status, without.Error, without.Message));
        Assert.Equal((400, "InvalidToken", "Token is invalid"), (wrong.Status, wrong.Error, wrong.Message));
        Assert.Equal(200, with.Status);
    }

    [Fact]
    public async Task It_is_turned_off_by_who_knows_the_password()
    {
        using var alice = await TestAccount.CreateAsync(Server);
        await SetUpAsync(alice);

        var wrong = await Refused(() => Server.InvokeAsync(new RemoveAuthenticator(alice.Did, Address, "wrong")));
        await Server.InvokeAsync(new RemoveAuthenticator(alice.Did, Address, alice.Password));

        var state = await Server.InvokeAsync<SecondFactorState>(new GetSecondFactor(alice.Did));
        Assert.Equal("AuthenticationRequired", wrong);
        Assert.Equal((false, 0), (state.IsAuthenticatorOn, state.RecoveryCodesLeft));
    }

    private async Task<(Totp Totp, RecoveryCodes Codes)> SetUpAsync(TestAccount account)
    {
        var setup = await Server.InvokeAsync<AuthenticatorSetup>(new BeginAuthenticator(account.Did));
        var totp = new Totp(Base32Encoding.ToBytes(setup.Secret.Replace(" ", "", StringComparison.Ordinal)));
        Assert.Contains("<svg", setup.QrSvg, StringComparison.Ordinal);
        var wrong = await Refused(() => Server.InvokeAsync<RecoveryCodes>(new ConfirmAuthenticator(account.Did, Address, "12345")));
        Assert.Equal("InvalidToken", wrong);
        var code = totp.ComputeTotp(Time.GetUtcNow().UtcDateTime);
        return (totp, await Server.InvokeAsync<RecoveryCodes>(new ConfirmAuthenticator(account.Did, Address, code)));
    }

    private async Task<(OpenedDevice Device, SecondFactorChallenge Challenge)> BeginAsync(TestAccount account)
    {
        var device = await Server.InvokeAsync<OpenedDevice>(new OpenDevice(null, "test", Address));
        var result = await Server.InvokeAsync<SignInResult>(
            new SignIn(device.DeviceId, Address, account.Handle.Value, account.Password, Remember: true));
        Assert.Null(result.Did);
        return (device, result.Challenge!);
    }

    private Task<SignInResult> FinishAsync(OpenedDevice device, SecondFactorChallenge challenge, string code) =>
        Server.InvokeAsync<SignInResult>(new FinishSignIn(device.DeviceId, Address, challenge.Ticket, code));
}
