using Pds.Tests.Support;

namespace Pds.Tests.Web.Console;

/// <summary>What an administrator does on the page of an account is seen outside, and in the audit log.</summary>
public sealed class ConsoleAccountTests(PdsFixture pds) : IAsyncLifetime
{
    private PageVisitor _console = null!;
    private AdminClient _admin = null!;
    private TestAccount _alice = null!;

    public async ValueTask InitializeAsync()
    {
        var server = await pds.GetServerAsync();
        _console = await ConsoleVisit.SignInAsync(server);
        _admin = new AdminClient(server);
        _alice = await pds.CreateAccountAsync();
        await _console.OpenAccountAsync(_alice);
    }

    public ValueTask DisposeAsync()
    {
        _alice.Dispose();
        _admin.Dispose();
        _console.Dispose();
        return ValueTask.CompletedTask;
    }

    [Theory]
    [InlineData("handle")]
    [InlineData("email")]
    [InlineData("did")]
    public async Task An_account_is_found_by_what_it_is_called(string by)
    {
        var words = by switch { "handle" => $"@{_alice.Handle}".ToUpperInvariant(), "email" => _alice.Email, _ => _alice.Did.Value };

        await _console.GoAsync($"/admin/accounts?q={Uri.EscapeDataString(words)}");

        Assert.Contains($"<strong>@{_alice.Handle}</strong>", _console.Html, StringComparison.Ordinal);
        Assert.Contains(_alice.Did.Value, _console.Html, StringComparison.Ordinal);
        Assert.Single(System.Text.RegularExpressions.Regex.Matches(_console.Html, "href=\"/admin/account\\?did="));
    }

    [Fact]
    public async Task A_status_that_is_asked_for_is_all_that_is_listed()
    {
        (await _alice.ProcedureAsync("com.atproto.server.deactivateAccount", new { })).Ok();

        await _console.GoAsync($"/admin/accounts?status=deactivated&q={_alice.Did}");
        var deactivated = _console.Html;
        await _console.GoAsync($"/admin/accounts?status=active&q={_alice.Did}");

        Assert.Contains(_alice.Handle.Value, deactivated, StringComparison.Ordinal);
        Assert.Contains("No account is like that.", _console.Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_account_that_is_not_here_is_not_found()
    {
        await _console.GoAsync("/admin/account?did=did:web:nobody.example.com");
        var unknown = _console.Status;
        await _console.GoAsync("/admin/account?did=nonsense");

        Assert.Equal((404, 404), (unknown, _console.Status));
    }

    [Fact]
    public async Task Its_page_tells_what_it_has()
    {
        (await _alice.CreateRecordAsync(Records.Post("one"))).Ok();
        var blob = (await _alice.ProcedureAsync("com.atproto.repo.uploadBlob", new byte[2048], "text/plain")).Ok().Json.GetProperty("blob");
        (await _alice.CreateRecordAsync(new { blob }, "com.example.thing")).Ok();
        (await _alice.ProcedureAsync("com.atproto.server.createAppPassword", new { name = "old app" })).Ok();

        await _console.OpenAccountAsync(_alice);

        Assert.Contains(_alice.Email, _console.Html, StringComparison.Ordinal);
        Assert.Equal(("2", "1", "2.0 KiB", "1", "1"), (Fact("Records"), Fact("Blobs"), Fact("Blob bytes"), Fact("Sessions"), Fact("App passwords")));
        Assert.Contains("not confirmed", _console.Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_is_taken_down_with_a_reason_and_comes_back()
    {
        await _console.PressAsync("Take the account down", ("reference", "case 7"));
        var (down, page) = (await CommitAsync(), _console.Html);
        await _console.PressAsync("Let it be seen again");

        Assert.Equal("RepoTakendown", down.Error);
        Assert.Contains("The account is taken down.", page, StringComparison.Ordinal);
        Assert.Contains("<dd>case 7</dd>", page, StringComparison.Ordinal);
        (await CommitAsync()).Ok();
        await AssertAuditAsync("com.atproto.admin.updateSubjectStatus", "takedown applied case 7", "takedown reversed");
    }

    [Fact]
    public async Task It_is_deactivated_and_activated()
    {
        await _console.PressAsync("Deactivate the account");
        var away = await CommitAsync();
        await _console.PressAsync("Activate the account");

        Assert.Equal("RepoDeactivated", away.Error);
        (await CommitAsync()).Ok();
        await AssertAuditAsync("com.atproto.admin.updateSubjectStatus", "deactivated", "activated");
    }

    [Fact]
    public async Task What_is_taken_down_is_not_activated_and_the_form_says_so()
    {
        (await _alice.ProcedureAsync("com.atproto.server.deactivateAccount", new { })).Ok();
        await _console.OpenAccountAsync(_alice);
        await _console.PressAsync("Take the account down");

        await _console.PressAsync("Activate the account");

        Assert.Equal(400, _console.Status);
        Assert.Contains("user not found", _console.Html, StringComparison.Ordinal);
        Assert.Equal("RepoTakendown", (await CommitAsync()).Error);
    }

    [Fact]
    public async Task Its_address_is_changed_but_not_to_one_that_another_has()
    {
        using var bob = await pds.CreateAccountAsync();
        var address = $"new-{_alice.Email}";

        await _console.PressAsync("Change the address", ("email", bob.Email));
        var refused = (_console.Status, _console.Html);
        await _console.PressAsync("Change the address", ("email", address));

        Assert.Equal(400, refused.Status);
        Assert.Contains("already in use", refused.Html, StringComparison.Ordinal);
        Assert.Contains("<details open", refused.Html, StringComparison.Ordinal);
        Assert.Equal(200, (await SignInAsync(address, _alice.Password)).Status);
        await AssertAuditAsync("com.atproto.admin.updateAccountEmail");
    }

    [Fact]
    public async Task Its_handle_is_changed_also_to_a_reserved_one()
    {
        await _console.PressAsync("Change the handle", ("handle", "not a handle"));
        var refused = _console.Status;
        await _console.PressAsync("Change the handle", ("handle", "@abuse.test"));

        Assert.Equal(400, refused);
        Assert.Contains("<h1>@abuse.test</h1>", _console.Html, StringComparison.Ordinal);
        var resolved = await pds.Xrpc.QueryAsync("com.atproto.identity.resolveHandle", ("handle", "abuse.test"));
        Assert.Equal(_alice.Did.Value, resolved.Ok().Json.GetProperty("did").GetString());
        await AssertAuditAsync("com.atproto.admin.updateAccountHandle", "@abuse.test");
    }

    [Fact]
    public async Task Its_password_is_set_and_everything_signed_out()
    {
        await _console.PressAsync("Set the password", ("password", "short"));
        var refused = (_console.Status, _console.Html);
        await _console.PressAsync("Set the password", ("password", "a password of the administrator"));

        Assert.Equal(400, refused.Status);
        Assert.Contains("<a href=\"#f-password\">A password has at least 8 characters.</a>", refused.Html, StringComparison.Ordinal);
        Assert.DoesNotContain("a password of the administrator", _console.Html, StringComparison.Ordinal);
        Assert.Equal(401, (await SignInAsync(_alice.Handle.Value, _alice.Password)).Status);
        Assert.Equal(200, (await SignInAsync(_alice.Handle.Value, "a password of the administrator")).Status);
        await AssertRefreshEndsAsync();
        await AssertAuditAsync("com.atproto.admin.updateAccountPassword");
    }

    [Fact]
    public async Task All_of_its_sessions_end()
    {
        using var browser = new PageVisitor(await pds.GetServerAsync());
        await browser.GoAsync("/account/sign-in");
        await browser.PressAsync("Sign in", ("identifier", _alice.Handle.Value), ("password", _alice.Password), ("remember", "true"));
        await _console.OpenAccountAsync(_alice);
        Assert.Equal("1", Fact("Browsers"));

        await _console.PressAsync("Sign the account out everywhere");

        await browser.GoAsync("/account");
        Assert.Equal("/account/sign-in", browser.Address);
        Assert.Equal(("0", "0"), (Fact("Browsers"), Fact("Sessions")));
        await AssertRefreshEndsAsync();
        await AssertAuditAsync("console.endSessions");
    }

    [Fact]
    public async Task It_gets_no_more_invite_codes_until_it_does_again()
    {
        await _console.PressAsync("Disable invites", ("note", "sold them"));
        var disabled = await InfoAsync();
        await _console.PressAsync("Enable invites");
        var enabled = await InfoAsync();

        Assert.True(disabled.GetProperty("invitesDisabled").GetBoolean());
        Assert.Equal("sold them", disabled.GetProperty("inviteNote").GetString());
        Assert.False(enabled.GetProperty("invitesDisabled").GetBoolean());
        await AssertAuditAsync("com.atproto.admin.disableAccountInvites", "sold them");
    }

    [Fact]
    public async Task It_is_deleted_once_its_handle_is_typed()
    {
        await _console.PressAsync("Delete the account for good", ("confirmation", "yes"));
        var refused = (_console.Status, _console.Html);
        var still = await CommitAsync();
        await _console.PressAsync("Delete the account for good", ("confirmation", _alice.Handle.Value));

        Assert.Equal(400, refused.Status);
        Assert.Contains($"Nothing was deleted: {_alice.Handle} has to be typed.", refused.Html, StringComparison.Ordinal);
        still.Ok();
        Assert.Equal("/admin/accounts", _console.Address);
        Assert.Contains("The account is deleted.", _console.Html, StringComparison.Ordinal);
        Assert.Equal("RepoNotFound", (await CommitAsync()).Error);
        await AssertAuditAsync("com.atproto.admin.deleteAccount", _alice.Did.Value);
    }

    private string Fact(string name) => System.Text.RegularExpressions.Regex.Match(
        _console.Html, $"<dt>{name}</dt><dd>([^<( ]*(?: [A-Za-z]+)?)").Groups[1].Value;

    private Task<XrpcReply> CommitAsync() => pds.Xrpc.QueryAsync("com.atproto.sync.getLatestCommit", ("did", _alice.Did));

    private async Task<System.Text.Json.JsonElement> InfoAsync() =>
        (await _admin.QueryAsync("com.atproto.admin.getAccountInfo", ("did", _alice.Did))).Ok().Json;

    private Task<XrpcReply> SignInAsync(string identifier, string password) =>
        pds.Xrpc.ProcedureAsync("com.atproto.server.createSession", new { identifier, password });

    private async Task AssertRefreshEndsAsync()
    {
        _alice.Token = _alice.RefreshToken;
        Assert.Equal(400, (await _alice.ProcedureAsync("com.atproto.server.refreshSession")).Status);
    }

    // Who, what and to whom; and what else is told.
    private async Task AssertAuditAsync(string action, params string[] details)
    {
        await _console.GoAsync($"/admin/audit?actor=console&action={action}&subject={Uri.EscapeDataString(_alice.Did.Value)}");
        Assert.Contains($"<code>{action}</code>", _console.Html, StringComparison.Ordinal);
        Assert.Contains($"<code>{_alice.Did}</code>", _console.Html, StringComparison.Ordinal);
        Assert.All(details, detail => Assert.Contains($">{detail}<", _console.Html, StringComparison.Ordinal));
    }
}
