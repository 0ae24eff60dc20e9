using Pds.Tests.Support;

namespace Pds.Tests.Auth;

/// <summary>Codes that are mailed, addresses and passwords: what the methods that take them refuse, and in which words.</summary>
public sealed class CredentialRefusalTests(PdsFixture pds) : MailedServerTests(pds)
{
    private const string ConfirmEmail = "com.atproto.server.confirmEmail";
    private const string UpdateEmail = "com.atproto.server.updateEmail";
    private const string ResetPassword = "com.atproto.server.resetPassword";

    [Theory]
    [InlineData(ConfirmEmail, "com.atproto.server.requestEmailConfirmation")]
    [InlineData(UpdateEmail, "com.atproto.server.requestEmailUpdate")]
    [InlineData(ResetPassword, "com.atproto.server.requestPasswordReset")]
    [InlineData("com.atproto.server.deleteAccount", "com.atproto.server.requestAccountDelete")]
    [InlineData("com.atproto.identity.signPlcOperation", "com.atproto.identity.requestPlcOperationSignature")]
    public async Task A_code_that_is_none_or_too_old_is_refused_by_each_method_alike(string method, string request)
    {
        using var alice = await TestAccount.CreateAsync(Server);
        await ConfirmAsync(alice);
        (await alice.ProcedureAsync(request, method == ResetPassword ? new { email = alice.Email } : null)).Ok();
        var code = await Mail.NextCodeAsync(alice.Email);

        var wrong = await UseAsync("AAAAA-AAAAA");
        Time.Advance(TimeSpan.FromMinutes(16));
        var late = await UseAsync(code);

        AssertRefused(wrong, "InvalidToken", "Token is invalid");
        AssertRefused(late, "ExpiredToken", "Token is expired");
        (await alice.QueryAsync("com.atproto.server.getSession")).Ok();

        Task<XrpcReply> UseAsync(string token) =>
            alice.ProcedureAsync(method, new { did = alice.Did, email = alice.Email, password = alice.Password, token });
    }

    [Fact]
    public async Task An_address_that_is_not_the_accounts_is_not_confirmed()
    {
        using var alice = await TestAccount.CreateAsync(Server);

        var reply = await alice.ProcedureAsync(ConfirmEmail, new { email = "other@example.com", token = "AAAAA-AAAAA" });

        AssertRefused(reply, "InvalidEmail", "Invalid email");
    }

    [Theory]
    [InlineData("no address", "This email address is not supported, please use a different email.")]
    [InlineData("alice@mailinator.com", "This email address is not supported, please use a different email.")]
    [InlineData("BOB", "This email address is already in use, please use a different email.")]
    public async Task An_address_that_cannot_be_had_is_refused_by_its_fault(string email, string message)
    {
        using var alice = await TestAccount.CreateAsync(Server);
        using var bob = await TestAccount.CreateAsync(Server);

        var reply = await alice.ProcedureAsync(UpdateEmail, new { email = email.Replace("BOB", bob.Email, StringComparison.Ordinal) });

        AssertRefused(reply, "InvalidRequest", message);
    }

    [Fact]
    public async Task A_confirmed_address_is_changed_with_a_code_and_only_a_confirmed_one_gets_codes_at_sign_in()
    {
        using var alice = await TestAccount.CreateAsync(Server);
        var unconfirmed = await alice.ProcedureAsync(UpdateEmail, new { email = alice.Email, emailAuthFactor = true });
        await ConfirmAsync(alice);
        var without = await alice.ProcedureAsync(UpdateEmail, new { email = $"new-{alice.Email}" });
        var another = await alice.ProcedureAsync(UpdateEmail, new { email = $"new-{alice.Email}", emailAuthFactor = true });

        AssertRefused(unconfirmed, "InvalidRequest", "emailAuthFactor needs an email address that is confirmed");
        AssertRefused(without, "TokenRequired", "Confirmation token required");
        AssertRefused(another, "InvalidRequest", "emailAuthFactor needs an email address that is confirmed");
    }

    [Theory]
    [InlineData("short", "A password has 8 to 256 characters")]
    [InlineData("LONG", "A password has 8 to 256 characters")]
    [InlineData("password123", "This password is one of those that are tried first")]
    public async Task A_new_password_that_will_not_do_is_refused_and_leaves_the_code_good(string password, string message)
    {
        using var alice = await TestAccount.CreateAsync(Server);
        (await alice.ProcedureAsync("com.atproto.server.requestPasswordReset", new { email = alice.Email })).Ok();
        var token = await Mail.NextCodeAsync(alice.Email);

        var reply = await alice.ProcedureAsync(
            ResetPassword, new { token, password = password.Replace("LONG", new string('x', 257), StringComparison.Ordinal) });

        AssertRefused(reply, "InvalidPassword", message);
        (await alice.ProcedureAsync(ResetPassword, new { token, password = "a new password" })).Ok();
    }

    private async Task ConfirmAsync(TestAccount account)
    {
        (await account.ProcedureAsync("com.atproto.server.requestEmailConfirmation")).Ok();
        (await account.ProcedureAsync(
            ConfirmEmail, new { email = account.Email, token = await Mail.NextCodeAsync(account.Email) })).Ok();
    }

    private static void AssertRefused(XrpcReply reply, string error, string message) =>
        Assert.Equal((400, error, message), (reply.Status, reply.Error, reply.Message));
}
