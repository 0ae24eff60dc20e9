using System.Text;
using Microsoft.Extensions.Time.Testing;
using Pds.Contracts.Auth;
using Pds.Tests.Support;
using Pds.Xrpc;

namespace Pds.Tests.Web.Console;

/// <summary>Who may open the console, and for how long.</summary>
public sealed class ConsoleSignInTests(PdsFixture pds)
{
    [Theory]
    [InlineData("/admin")]
    [InlineData("/admin/accounts")]
    [InlineData("/admin/account?did=did:web:alice.example.com")]
    [InlineData("/admin/content")]
    [InlineData("/admin/invites")]
    [InlineData("/admin/mail")]
    [InlineData("/admin/network")]
    [InlineData("/admin/health")]
    [InlineData("/admin/audit")]
    public async Task Nobody_sees_a_page_who_has_not_signed_in(string path)
    {
        using var visitor = new PageVisitor(await pds.GetServerAsync());

        await visitor.GoAsync(path);

        Assert.StartsWith("/admin/sign-in", visitor.Address, StringComparison.Ordinal);
        Assert.Contains("Administrator&#x27;s password", visitor.Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Signing_in_leads_on_to_the_page_that_was_asked_for_and_to_no_other_place()
    {
        var server = await pds.GetServerAsync();
        using var visitor = new PageVisitor(server);
        await visitor.GoAsync("/admin/audit?actor=console");
        await visitor.PressAsync("Sign in to the console", ("password", PdsServer.AdminPassword));
        Assert.Equal("/admin/audit?actor=console", visitor.Address);

        using var lured = new PageVisitor(server);
        await lured.GoAsync("/admin/sign-in?to=https%3A%2F%2Fevil.example%2Fadmin%2F");
        await lured.PressAsync("Sign in to the console", ("password", PdsServer.AdminPassword));

        Assert.Equal("/admin", lured.Address);
    }

    [Fact]
    public async Task A_form_is_good_in_the_session_in_which_it_was_shown_and_with_its_token()
    {
        var server = await pds.GetServerAsync();
        using var alice = await pds.CreateAccountAsync();
        using var visitor = await ConsoleVisit.SignInAsync(server);
        await visitor.OpenAccountAsync(alice);
        var (address, html) = (visitor.Address, visitor.Html);

        await visitor.PressAsync("Deactivate the account", ("csrf", ""));
        var withoutToken = visitor.Status;
        await visitor.GoAsync("/admin");
        await visitor.PressAsync("Sign out");
        await visitor.PressAsync("Sign in to the console", ("password", PdsServer.AdminPassword));
        await visitor.PressOldAsync(address, html, "Deactivate the account");

        Assert.Equal((400, 400), (withoutToken, visitor.Status));
        (await pds.Xrpc.QueryAsync("com.atproto.sync.getLatestCommit", ("did", alice.Did))).Ok();
    }

    [Theory]
    [InlineData("Sec-Fetch-Site", "cross-site")]
    [InlineData("Origin", "https://evil.example")]
    public async Task A_form_from_elsewhere_is_refused(string header, string value)
    {
        using var visitor = new PageVisitor(await pds.GetServerAsync());
        await visitor.GoAsync("/admin/sign-in");

        await visitor.PressAsync("Sign in to the console", [(header, value)], [("password", PdsServer.AdminPassword)]);

        Assert.Equal(403, visitor.Status);
    }

    [Fact]
    public async Task Pages_of_the_console_are_in_no_cache_and_run_no_foreign_script()
    {
        using var visitor = await ConsoleVisit.SignInAsync(await pds.GetServerAsync());

        Assert.Contains("no-store", visitor.Answer.Headers.CacheControl!.ToString(), StringComparison.Ordinal);
        Assert.StartsWith(
            "default-src 'none'; script-src 'self'; style-src 'self'",
            visitor.Answer.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        Assert.DoesNotContain("style=", visitor.Html, StringComparison.Ordinal);
        Assert.Contains("Development mode.", visitor.Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_session_ends_by_idling_by_its_age_and_by_signing_out_and_guesses_are_counted()
    {
        // Guesses are counted in Redis, where another server may have this one's port today.
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow() + TimeSpan.FromDays(30));
        await using var server = await pds.StartServerAsync(time: time);
        using var visitor = await ConsoleVisit.SignInAsync(server);

        time.Advance(TimeSpan.FromMinutes(29));
        await visitor.GoAsync("/admin/audit");
        Assert.Equal("/admin/audit", visitor.Address);
        time.Advance(TimeSpan.FromMinutes(31));
        await visitor.GoAsync("/admin/audit");
        Assert.StartsWith("/admin/sign-in", visitor.Address, StringComparison.Ordinal);

        await visitor.PressAsync("Sign in to the console", ("password", PdsServer.AdminPassword));
        for (var minutes = 0; minutes < 12 * 60; minutes += 20)
        {
            Assert.Equal("/admin/audit", visitor.Address);
            time.Advance(TimeSpan.FromMinutes(20));
            await visitor.GoAsync("/admin/audit");
        }

        Assert.StartsWith("/admin/sign-in", visitor.Address, StringComparison.Ordinal);
        await AssertGuessesAreCountedAsync(server, visitor, time);
    }

    private static async Task AssertGuessesAreCountedAsync(PdsServer server, PageVisitor visitor, FakeTimeProvider time)
    {
        await visitor.GoAsync("/admin/sign-in");
        await visitor.PressAsync("Sign in to the console", ("password", "a guess"));
        Assert.Equal(400, visitor.Status);
        Assert.Contains("This is not the administrator&#x27;s password.", visitor.Html, StringComparison.Ordinal);
        Assert.DoesNotContain("a guess", visitor.Html, StringComparison.Ordinal);

        // Guesses at the methods of the protocol are counted with them.
        using var guesser = new AdminClient(server, "another guess");
        while ((await guesser.QueryAsync("com.atproto.admin.getInviteCodes")).Status == 401)
        {
        }

        using var admin = new AdminClient(server);
        var method = await admin.QueryAsync("com.atproto.admin.getInviteCodes");
        await visitor.PressAsync("Sign in to the console", ("password", PdsServer.AdminPassword));
        Assert.Equal((429, "RateLimitExceeded"), (method.Status, method.Error));
        Assert.Equal(429, visitor.Status);

        time.Advance(TimeSpan.FromMinutes(15));
        await visitor.PressAsync("Sign in to the console", ("password", PdsServer.AdminPassword));
        Assert.Equal("/admin", visitor.Address);
        Assert.Contains("console.refuseSignIn", visitor.Html, StringComparison.Ordinal);
        (await admin.QueryAsync("com.atproto.admin.getInviteCodes")).Ok();
    }

    [Fact]
    public async Task A_wrong_password_is_refused_by_its_name()
    {
        var server = await pds.GetServerAsync();

        var refusal = await Assert.ThrowsAsync<XrpcException>(
            () => server.InvokeAsync<string>(new SignInAdministrator("a guess", "192.0.2.77")));

        Assert.Equal((401, "AuthenticationRequired", "Wrong password"), (refusal.Status, refusal.Error, refusal.Message));
    }

    [Fact]
    public async Task Replicas_share_sessions_until_the_password_is_another_one_and_count_guesses_together()
    {
        var database = await PdsFixture.CreateDatabaseAsync();
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        var settings = new Dictionary<string, string> { ["PDS_HOSTNAME"] = $"{TestAccount.NewHandle().Split('.')[0]}.example.com" };
        await using var server = await pds.StartServerAsync(settings, time, database, replicas: 1);
        await using var replica = await pds.StartServerAsync(settings, time, database, replicas: 1);
        await using var changed = await pds.StartServerAsync(
            new Dictionary<string, string>(settings) { ["PDS_ADMIN_PASSWORD"] = "a new one" }, time, database, replicas: 1);

        var token = await server.InvokeAsync<string>(new SignInAdministrator(PdsServer.AdminPassword, "192.0.2.1"));

        Assert.Equal((200, 200), ((await OpenAsync(server, token)).Status, (await OpenAsync(replica, token)).Status));
        Assert.Equal(303, (await OpenAsync(changed, token)).Status);
        Assert.Equal(303, (await OpenAsync(server, (token[0] == '0' ? '1' : '0') + token[1..])).Status);
        await Eventually.TrueAsync(async () =>
            Encoding.UTF8.GetString((await OpenAsync(server, token, "/admin/health")).Body).Split("data-label=\"Process\"").Length == 4);
        await server.InvokeAsync(new SignOutAdministrator(token, "192.0.2.1"));
        Assert.Equal(303, (await OpenAsync(replica, token)).Status);

        string? refusal;
        do
        {
            refusal = await GuessAsync(server, "a guess");
        }
        while (refusal == "AuthenticationRequired");

        Assert.Equal("RateLimitExceeded", refusal);
        Assert.Equal("RateLimitExceeded", await GuessAsync(replica, PdsServer.AdminPassword));
        Assert.Null(await GuessAsync(replica, PdsServer.AdminPassword, "192.0.2.2"));
    }

    [Fact]
    public async Task Over_tls_the_session_is_a_cookie_for_this_host_alone_that_no_other_site_makes_a_browser_send()
    {
        var host = $"{TestAccount.NewHandle().Split('.')[0]}.example.com";
        await using var server = await pds.StartServerAsync(new Dictionary<string, string> { ["PDS_HOSTNAME"] = host });
        var form = await server.Xrpc.SendAsync(new HttpRequestMessage(HttpMethod.Get, "/admin/sign-in"));
        var page = Encoding.UTF8.GetString(form.Body);
        var token = System.Text.RegularExpressions.Regex.Match(page, "name=\"csrf\" type=\"hidden\" value=\"([^\"]+)\"").Groups[1].Value;
        using var request = new HttpRequestMessage(HttpMethod.Post, "/admin/sign-in")
        {
            Content = new FormUrlEncodedContent([new("csrf", token), new("password", PdsServer.AdminPassword)]),
        };
        request.Headers.Add("Cookie", string.Join("; ", form.Headers.GetValues("Set-Cookie").Select(cookie => cookie.Split(';')[0])));

        var answer = await server.Xrpc.SendAsync(request);

        var cookie = Assert.Single(answer.Headers.GetValues("Set-Cookie"), cookie => cookie.StartsWith("__Host-console=", StringComparison.Ordinal));
        Assert.Matches("^__Host-console=[0-9a-f]{64}; path=/; secure; samesite=strict; httponly$", cookie);
        Assert.Contains("no-store", answer.Header("Cache-Control"), StringComparison.Ordinal);
    }

    // The name of the refusal; null where there is none.
    private static async Task<string?> GuessAsync(PdsServer server, string password, string address = "192.0.2.1") =>
        (await Record.ExceptionAsync(() => server.InvokeAsync<string>(new SignInAdministrator(password, address))) as XrpcException)?.Error;

    private static async Task<XrpcReply> OpenAsync(PdsServer server, string token, string path = "/admin/audit")
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Add("Cookie", $"__Host-console={token}");
        return await server.Xrpc.SendAsync(request);
    }
}
