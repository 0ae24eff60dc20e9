using System.Text.RegularExpressions;
using OtpNet;
using Pds.Tests.Support;

namespace Pds.Tests.Web;

public sealed partial class AccountPageTests(PdsFixture pds)
{
    [Fact]
    public async Task An_app_password_is_shown_once_and_works_until_it_is_revoked()
    {
        using var alice = await pds.CreateAccountAsync();
        using var visitor = await SignInAsync(alice);
        await visitor.GoAsync("/account/app-passwords");

        await visitor.PressAsync("Create", ("name", "the old app"));
        var password = BigCode().Match(visitor.Html).Groups["code"].Value;
        await visitor.GoAsync("/account/app-passwords");
        var again = visitor.Html;
        var before = await LogInAsync(alice, password);
        await visitor.PressAsync("Revoke the old app");
        var after = await LogInAsync(alice, password);

        Assert.Contains("the old app", again, StringComparison.Ordinal);
        Assert.DoesNotContain(password, again, StringComparison.Ordinal);
        Assert.Equal((200, 401), (before.Status, after.Status));
    }

    [Fact]
    public async Task A_changed_password_is_the_one_that_signs_in()
    {
        using var alice = await pds.CreateAccountAsync();
        using var visitor = await SignInAsync(alice);
        await visitor.GoAsync("/account/password");

        await visitor.PressAsync("Change password", ("current", "not it"), ("password", "a new one, and long"));
        var refused = (visitor.Status, visitor.Html);
        await visitor.PressAsync("Change password", ("current", alice.Password), ("password", "a new one, and long"));

        Assert.Equal(400, refused.Status);
        Assert.Contains("<a href=\"#f-current\">The password is wrong.</a>", refused.Html, StringComparison.Ordinal);
        Assert.Contains("Your password is changed.", visitor.Html, StringComparison.Ordinal);
        Assert.Equal((401, 200), ((await LogInAsync(alice, alice.Password)).Status, (await LogInAsync(alice, "a new one, and long")).Status));
    }

    [Fact]
    public async Task An_authenticator_is_on_after_its_first_code_and_asked_for_at_the_next_sign_in()
    {
        using var alice = await pds.CreateAccountAsync();
        using var visitor = await SignInAsync(alice);
        await visitor.GoAsync("/account/security/authenticator");
        var secret = BigCode().Match(visitor.Html).Groups["code"].Value.Replace(" ", "", StringComparison.Ordinal);
        await visitor.PressAsync("Turn on", ("code", "000000"));
        Assert.Equal(400, visitor.Status);

        await visitor.PressAsync("Turn on", ("code", new Totp(Base32Encoding.ToBytes(secret)).ComputeTotp()));

        Assert.Equal("/account/security", visitor.Address);
        var recovery = RecoveryCode().Match(visitor.Html).Groups["code"].Value;
        Assert.NotEmpty(recovery);
        using var other = await SignInAsync(alice, "/account/second-factor");
        await other.PressAsync("Next", ("code", "wrong"));
        Assert.Contains("This code is not right.", other.Html, StringComparison.Ordinal);
        await other.PressAsync("Next", ("code", recovery));
        Assert.Equal(("/account", 200), (other.Address, other.Status));
    }

    [Fact]
    public async Task A_deactivated_account_is_brought_back_on_its_page()
    {
        using var alice = await pds.CreateAccountAsync();
        using var visitor = await SignInAsync(alice);
        await visitor.GoAsync("/account/deactivate");

        await visitor.PressAsync("Deactivate account");
        Assert.Contains("Your account is deactivated.", visitor.Html, StringComparison.Ordinal);
        var away = await pds.Xrpc.QueryAsync("com.atproto.sync.getLatestCommit", ("did", alice.Did));
        await visitor.GoAsync("/account/reactivate");
        await visitor.PressAsync("Reactivate account");

        Assert.Equal("RepoDeactivated", away.Error);
        Assert.Contains("Welcome back.", visitor.Html, StringComparison.Ordinal);
        (await pds.Xrpc.QueryAsync("com.atproto.sync.getLatestCommit", ("did", alice.Did))).Ok();
    }

    [Fact]
    public async Task A_forgotten_password_leads_to_the_code_whether_there_is_an_account_or_not()
    {
        using var visitor = new PageVisitor(await pds.GetServerAsync());
        await visitor.GoAsync("/account/reset-password");

        await visitor.PressAsync("Next", ("identifier", TestAccount.NewHandle()));
        Assert.Equal("/account/reset-password/code", visitor.Address);
        await visitor.PressAsync("Set new password", ("code", "AAAAA-BBBBB"), ("password", "long enough it is"));

        Assert.Equal(400, visitor.Status);
        Assert.Contains("<a href=\"#f-code\">", visitor.Html, StringComparison.Ordinal);
    }

    private async Task<PageVisitor> SignInAsync(TestAccount account, string leadsTo = "/account")
    {
        var visitor = new PageVisitor(await pds.GetServerAsync());
        await visitor.GoAsync("/account/sign-in");
        await visitor.PressAsync("Sign in", ("identifier", account.Handle.Value), ("password", account.Password), ("remember", "true"));
        Assert.Equal(leadsTo, visitor.Address);
        return visitor;
    }

    private Task<XrpcReply> LogInAsync(TestAccount account, string password) =>
        pds.Xrpc.ProcedureAsync("com.atproto.server.createSession", new { identifier = account.Handle.Value, password });

    [GeneratedRegex("<code class=\"big\">(?<code>[^<]+)</code>")]
    private static partial Regex BigCode();

    [GeneratedRegex("<li><code>(?<code>[^<]+)</code></li>")]
    private static partial Regex RecoveryCode();
}
