using OtpNet;
using Pds.Contracts.Auth;
using Pds.Tests.Support;

namespace Pds.Tests.Auth;

/// <summary>Mails that tell of what has changed, for it may have been somebody else.</summary>
public sealed class SecurityNoticeTests(PdsFixture pds)
{
    private const string Address = "192.0.2.4";

    [Fact]
    public async Task The_owner_is_told_of_each_change_of_what_lets_in()
    {
        await using var mail = new MailSink();
        await using var server = await pds.StartServerAsync(mail.Settings);
        using var alice = await TestAccount.CreateAsync(server);
        var device = await server.InvokeAsync<OpenedDevice>(new OpenDevice(null, "test", Address));

        await server.InvokeAsync(new ChangePassword(alice.Did, device.DeviceId, Address, alice.Password, "another that is long"));
        await TellsAsync(alice.Email, "The password");

        var setup = await server.InvokeAsync<AuthenticatorSetup>(new BeginAuthenticator(alice.Did));
        var code = new Totp(Base32Encoding.ToBytes(setup.Secret.Replace(" ", "", StringComparison.Ordinal))).ComputeTotp();
        await server.InvokeAsync<RecoveryCodes>(new ConfirmAuthenticator(alice.Did, Address, code));
        await TellsAsync(alice.Email, "The second step");
        await server.InvokeAsync(new RemoveAuthenticator(alice.Did, Address, "another that is long"));
        await TellsAsync(alice.Email, "The second step");

        (await alice.ProcedureAsync("com.atproto.server.updateEmail", new { email = $"new-{alice.Email}" })).Ok();
        await TellsAsync(alice.Email, "The email address");

        async Task TellsAsync(string to, string change)
        {
            var notice = await mail.NextAsync(to);
            Assert.StartsWith(change, notice.TextBody, StringComparison.Ordinal);
            Assert.Contains($"{server.Url.Port}/account", notice.HtmlBody, StringComparison.Ordinal);
            Assert.Equal("The sign-in of your account has changed", notice.Subject);
        }
    }
}
