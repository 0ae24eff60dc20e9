using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Pds.Contracts.Auth;
using Pds.Modules.Auth.Storage;
using Pds.Tests.Support;

namespace Pds.Tests.Auth.Admin;

/// <summary>What an administrator does for and with accounts.</summary>
public sealed class AdministrationTests(PdsFixture pds) : IAsyncLifetime
{
    private readonly MailSink _mail = new();
    private PdsServer _server = null!;
    private AdminClient _admin = null!;
    private TestAccount _alice = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await pds.StartServerAsync(_mail.Settings);
        _admin = new AdminClient(_server);
        _alice = await TestAccount.CreateAsync(_server);
    }

    public async ValueTask DisposeAsync()
    {
        _alice.Dispose();
        _admin.Dispose();
        await _server.DisposeAsync();
        await _mail.DisposeAsync();
    }

    [Fact]
    public async Task Accounts_are_described_one_by_one_together_and_by_search()
    {
        using var bob = await TestAccount.CreateAsync(_server);
        var one = (await _admin.QueryAsync("com.atproto.admin.getAccountInfo", ("did", _alice.Did))).Ok().Json;
        var both = (await _admin.QueryAsync(
            "com.atproto.admin.getAccountInfos", ("dids", _alice.Did), ("dids", bob.Did), ("dids", "did:web:nobody.example.com"))).Ok().Json;
        var found = (await _admin.QueryAsync("com.atproto.admin.searchAccounts", ("email", bob.Email.ToUpperInvariant()))).Ok().Json;
        var page = (await _admin.QueryAsync("com.atproto.admin.searchAccounts", ("limit", 1))).Ok().Json;
        var rest = (await _admin.QueryAsync("com.atproto.admin.searchAccounts", ("cursor", page.GetProperty("cursor").GetString()))).Ok().Json;

        Assert.Equal(
            (_alice.Did.Value, _alice.Handle.Value, _alice.Email, false, 0),
            (Text(one, "did"), Text(one, "handle"), Text(one, "email"), one.GetProperty("invitesDisabled").GetBoolean(),
                one.GetProperty("invites").GetArrayLength()));
        Assert.False(one.TryGetProperty("deactivatedAt", out _));
        Assert.Equal(2, both.GetProperty("infos").GetArrayLength());
        Assert.Equal(bob.Did.Value, Text(Assert.Single(found.GetProperty("accounts").EnumerateArray()), "did"));
        Assert.Single(rest.GetProperty("accounts").EnumerateArray());
        Assert.False(rest.TryGetProperty("cursor", out _));
    }

    [Fact]
    public async Task An_account_that_is_not_here_is_not_found()
    {
        var did = "did:web:nobody.example.com";

        var info = await _admin.QueryAsync("com.atproto.admin.getAccountInfo", ("did", did));
        var email = await _admin.ProcedureAsync("com.atproto.admin.updateAccountEmail", new { account = did, email = "x@mail.test" });
        var password = await _admin.ProcedureAsync("com.atproto.admin.updateAccountPassword", new { did, password = "a new password" });
        var mail = await _admin.ProcedureAsync("com.atproto.admin.sendEmail", new { recipientDid = did, content = "x", senderDid = did });

        Assert.Equal((400, "NotFound", "Account not found"), (info.Status, info.Error, info.Message));
        Assert.Equal($"Account does not exist: {did}", email.Message);
        Assert.Equal("NotFound", password.Error);
        Assert.Equal("Recipient not found", mail.Message);
    }

    [Fact]
    public async Task Address_password_and_handle_are_changed()
    {
        var handle = "admin.test";
        (await _admin.ProcedureAsync(
            "com.atproto.admin.updateAccountEmail", new { account = _alice.Handle.Value, email = " New@Mail.test" })).Ok();
        (await _admin.ProcedureAsync("com.atproto.admin.updateAccountHandle", new { did = _alice.Did, handle })).Ok();
        (await _admin.ProcedureAsync("com.atproto.admin.updateAccountPassword", new { did = _alice.Did, password = "a new password" })).Ok();
        var tooLong = await _admin.ProcedureAsync(
            "com.atproto.admin.updateAccountPassword", new { did = _alice.Did, password = new string('x', 257) });

        Assert.NotEqual(200, (await SignInAsync(handle, _alice.Password)).Status);
        var session = (await SignInAsync(handle, "a new password")).Ok().Json;
        Assert.Equal(("new@mail.test", handle), (Text(session, "email"), Text(session, "handle")));
        Assert.Equal("Invalid password length.", tooLong.Message);
        _alice.Token = _alice.RefreshToken;
        Assert.Equal(400, (await _alice.ProcedureAsync("com.atproto.server.refreshSession")).Status);
    }

    [Fact]
    public async Task An_address_that_another_has_is_refused()
    {
        using var bob = await TestAccount.CreateAsync(_server);

        var reply = await _admin.ProcedureAsync("com.atproto.admin.updateAccountEmail", new { account = _alice.Did, email = bob.Email });

        Assert.Equal("This email address is already in use, please use a different email.", reply.Message);
    }

    [Fact]
    public async Task A_moderator_writes_to_an_account()
    {
        var reply = await _admin.ProcedureAsync(
            "com.atproto.admin.sendEmail",
            new { recipientDid = _alice.Did, content = "<p>Be kind &amp; well</p>", senderDid = "did:web:mod.example.com", comment = "first" });

        Assert.True(reply.Ok().Json.GetProperty("sent").GetBoolean());
        var mail = await _mail.NextAsync(_alice.Email);
        Assert.Equal("Message via your PDS", mail.Subject);
        Assert.Contains("<p>Be kind &amp; well</p>", mail.HtmlBody, StringComparison.Ordinal);
        Assert.Contains("Be kind & well", mail.TextBody, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_account_is_deleted()
    {
        (await _admin.ProcedureAsync("com.atproto.admin.deleteAccount", new { did = _alice.Did })).Ok();

        Assert.Equal("RepoNotFound", (await _server.Xrpc.QueryAsync("com.atproto.sync.getLatestCommit", ("did", _alice.Did))).Error);
        Assert.Equal("NotFound", (await _admin.QueryAsync("com.atproto.admin.getAccountInfo", ("did", _alice.Did))).Error);
    }

    [Fact]
    public async Task What_was_done_is_in_the_audit_log_without_secrets()
    {
        (await _admin.ProcedureAsync("com.atproto.admin.updateAccountPassword", new { did = _alice.Did, password = "a new password" })).Ok();
        (await _admin.ProcedureAsync("com.atproto.admin.updateAccountHandle", new { did = _alice.Did, handle = "root.test" })).Ok();

        var log = await _server.Services.GetRequiredService<AuditStore>().ListAsync(
            new ListAudit(null, null, null, null, null, null, 10), TestContext.Current.CancellationToken);

        Assert.Equal(
            [
                ("admin", "com.atproto.admin.updateAccountHandle", _alice.Did.Value, "root.test"),
                ("admin", "com.atproto.admin.updateAccountPassword", _alice.Did.Value, null),
            ],
            log.Select(entry => (entry.Actor, entry.Action, entry.Subject!, entry.Detail)));
    }

    [Theory]
    [InlineData("deleteAccount")]
    [InlineData("updateAccountEmail")]
    [InlineData("updateAccountHandle")]
    [InlineData("updateAccountPassword")]
    [InlineData("sendEmail")]
    [InlineData("updateSubjectStatus")]
    public async Task Nobody_else_may(string method)
    {
        var anonymous = await _server.Xrpc.ProcedureAsync($"com.atproto.admin.{method}", new { did = _alice.Did });
        var account = await _alice.ProcedureAsync($"com.atproto.admin.{method}", new { did = _alice.Did });

        Assert.Equal((401, 401), (anonymous.Status, account.Status));
    }

    private Task<XrpcReply> SignInAsync(string identifier, string password) =>
        _server.Xrpc.ProcedureAsync("com.atproto.server.createSession", new { identifier, password });

    private static string? Text(JsonElement json, string name) => json.GetProperty(name).GetString();
}
