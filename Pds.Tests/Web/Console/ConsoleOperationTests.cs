using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Npgsql;
using Pds.Tests.Repo;
using Pds.Tests.Support;

namespace Pds.Tests.Web.Console;

/// <summary>Mail, stream, crawlers and figures at the console of a server of its own.</summary>
public sealed partial class ConsoleOperationTests(PdsFixture pds)
{
    private const string SmtpPassword = "the-password-of-the-mail-server";

    [Fact]
    public async Task Mail_that_a_server_does_not_take_waits_with_its_reason_and_is_tried_again_or_dropped()
    {
        await using var mail = new MailSink { IsBusy = true };
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        await using var server = await pds.StartServerAsync(mail.Settings, time);
        using var alice = await TestAccount.CreateAsync(server);
        using var console = await ConsoleVisit.SignInAsync(server);
        (await server.Xrpc.ProcedureAsync("com.atproto.server.requestPasswordReset", new { email = alice.Email })).Ok();

        await Eventually.TrueAsync(() => ShowsAsync(console, "/admin/mail", "failed, waits"));
        Assert.Contains("busy, come back later", console.Html, StringComparison.Ordinal);
        Assert.Contains(alice.Email, console.Html, StringComparison.Ordinal);
        Assert.DoesNotContain(await CodeInQueueAsync(server), console.Html, StringComparison.Ordinal);

        mail.IsBusy = false;
        await console.PressAsync($"Retry the mail to {alice.Email}");
        Assert.Contains("The mail is tried again.", console.Html, StringComparison.Ordinal);
        Assert.NotEmpty(await mail.NextCodeAsync(alice.Email));
        await Eventually.TrueAsync(() => ShowsAsync(console, "/admin/mail", "No mail waits."));

        mail.IsBusy = true;
        (await server.Xrpc.ProcedureAsync("com.atproto.server.requestPasswordReset", new { email = alice.Email })).Ok();
        await Eventually.TrueAsync(() => ShowsAsync(console, "/admin/mail", "failed, waits"));
        await ExecuteAsync(server, "UPDATE auth.mail SET attempts = 11");
        time.Advance(TimeSpan.FromMinutes(2));
        await Eventually.TrueAsync(() => ShowsAsync(console, "/admin/mail", "given up"));
        await Eventually.TrueAsync(() => ShowsAsync(console, "/admin", "Mail: 1 mails were given up"));
        await console.GoAsync("/admin/mail");
        await console.PressAsync($"Drop the mail to {alice.Email}");
        Assert.Contains("No mail waits.", console.Html, StringComparison.Ordinal);
        await console.GoAsync("/admin/audit?actor=console");
        Assert.Contains("console.retryMail", console.Html, StringComparison.Ordinal);
        Assert.Contains("console.dropMail", console.Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Everything_of_the_server_is_told_but_its_secrets()
    {
        await using var crawler = await TestCrawler.StartAsync(200, 400);
        await using var mail = new MailSink();
        var settings = new Dictionary<string, string>(mail.Settings) { ["PDS_CRAWLERS"] = crawler.Url.ToString() };
        settings["PDS_EMAIL_SMTP_URL"] = settings["PDS_EMAIL_SMTP_URL"].Replace("//", $"//user:{SmtpPassword}@", StringComparison.Ordinal);
        await using var server = await pds.StartServerAsync(settings, replicas: 1);
        using var stream = await StreamClient.ConnectAsync(server.Url);
        using var alice = await TestAccount.CreateAsync(server);
        using var console = await ConsoleVisit.SignInAsync(server);
        var html = new Dictionary<string, string>();
        await Eventually.TrueAsync(() => ShowsAsync(console, "/admin/network", "accepted"));
        foreach (var path in new[]
        {
            "/admin", "/admin/accounts", $"/admin/account?did={alice.Did}", "/admin/content", "/admin/invites", "/admin/mail",
            "/admin/network", "/admin/health", "/admin/audit",
        })
        {
            await console.GoAsync(path);
            Assert.Equal((path, 200), (console.Address, console.Status));
            html[path] = console.Html;
            Assert.All(
                new[] { PdsServer.AdminPassword, PdsServer.RotationKey, "a secret that is only for tests", SmtpPassword, "Password=", alice.Password },
                secret => Assert.DoesNotContain(secret, console.Html, StringComparison.Ordinal));
        }

        Assert.Equal("1", Figure(html["/admin"], "Active"));
        Assert.Equal("1", Figure(html["/admin"], "Subscribers here"));
        Assert.NotEqual("0", Figure(html["/admin"], "Newest event"));
        Assert.Contains("127.0.0.1", html["/admin/network"], StringComparison.Ordinal);
        Assert.Contains("up to date", html["/admin/network"], StringComparison.Ordinal);
        Assert.Contains("<strong>Postgres</strong>", html["/admin/health"], StringComparison.Ordinal);
        Assert.Contains("<strong>Redis</strong>", html["/admin/health"], StringComparison.Ordinal);
        Assert.Contains("<strong>Mail</strong>", html["/admin/health"], StringComparison.Ordinal);
        Assert.Contains("this one", html["/admin/health"], StringComparison.Ordinal);

        await console.GoAsync("/admin/network");
        await console.PressAsync($"Request a crawl of {crawler.Url.Authority}");
        Assert.Contains($"{crawler.Url.Authority} did not agree: it answered 400.", console.Html, StringComparison.Ordinal);
        Assert.Equal(2, crawler.Hostnames.Count);
        await console.GoAsync("/admin");
        Assert.Contains($"{crawler.Url.Authority} was asked to crawl: it answered 400", console.Html, StringComparison.Ordinal);

        await console.GoAsync($"/admin/account?did={alice.Did}");
        await console.PressAsync(
            $"Send to {alice.Email}", ("subject", "About your account"), ("message", "Be <kind>.\n\nAll the best"));
        var sent = await mail.NextAsync(alice.Email);
        Assert.Equal("About your account", sent.Subject);
        Assert.Contains("<p>Be &lt;kind&gt;.</p>", sent.HtmlBody, StringComparison.Ordinal);
        await console.GoAsync($"/admin/audit?action=sendEmail&subject={alice.Did}");
        Assert.Contains(">About your account<", console.Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Many_accounts_come_page_by_page_each_once_and_the_log_too()
    {
        const int Accounts = 120;
        await using var server = await pds.StartServerAsync();
        await ExecuteAsync(
            server,
            $"INSERT INTO auth.account (did, email, created_at) SELECT 'did:web:a' || n || '.example.com', 'a' || n || '@mail.test', now() - (n / 3) * interval '1 hour' FROM generate_series(1, {Accounts}) AS n");
        await ExecuteAsync(
            server,
            $"INSERT INTO auth.audit (at, actor, action, subject) SELECT now() - interval '2 days', 'admin', 'test', 'did:web:a' || n || '.example.com' FROM generate_series(1, {Accounts}) AS n");
        using var console = await ConsoleVisit.SignInAsync(server);

        var accounts = await CollectAsync(console, "/admin/accounts", "Next page");
        var entries = await CollectAsync(console, "/admin/audit?actor=admin", "Older");
        await console.GoAsync($"/admin/audit?actor=admin&from={Day(-1)}");
        var since = console.Html;
        await console.GoAsync($"/admin/audit?actor=admin&until={Day(-2)}");

        Assert.Equal((Accounts, Accounts), (accounts.Count, accounts.Distinct().Count()));
        Assert.Equal((Accounts, Accounts), (entries.Count, entries.Distinct().Count()));
        Assert.Contains("Nothing is written here.", since, StringComparison.Ordinal);
        Assert.Contains("/admin/account?did=", console.Html, StringComparison.Ordinal);
    }

    private static string Day(int days) =>
        TimeProvider.System.GetUtcNow().AddDays(days).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static async Task<List<string>> CollectAsync(PageVisitor console, string path, string next)
    {
        var found = new List<string>();
        for (string? at = path; at is not null;)
        {
            await console.GoAsync(at);
            found.AddRange(AccountLink().Matches(console.Html).Select(match => match.Groups[1].Value));
            at = Regex.Match(console.Html, $"href=\"([^\"]+)\" rel=\"next\">{next}") is { Success: true } link
                ? System.Net.WebUtility.HtmlDecode(link.Groups[1].Value)
                : null;
        }

        return found;
    }

    private static async Task<bool> ShowsAsync(PageVisitor console, string path, string text)
    {
        await console.GoAsync(path);
        return console.Html.Contains(text, StringComparison.Ordinal);
    }

    private static string Figure(string html, string name) =>
        Regex.Match(html, $"<dt>{name}</dt><dd>(?:<a[^>]*>)?([0-9,]+)").Groups[1].Value;

    private static async Task ExecuteAsync(PdsServer server, string statement)
    {
        await using var command = server.Services.GetRequiredService<NpgsqlDataSource>().CreateCommand(statement);
        await command.ExecuteNonQueryAsync(TestContext.Current.CancellationToken);
    }

    private static async Task<string> CodeInQueueAsync(PdsServer server)
    {
        await using var command = server.Services.GetRequiredService<NpgsqlDataSource>().CreateCommand("SELECT text FROM auth.mail");
        return Code().Match((string)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!).Value;
    }

    [GeneratedRegex("[A-Z2-7]{5}-[A-Z2-7]{5}")]
    private static partial Regex Code();

    [GeneratedRegex("href=\"/admin/account\\?did=([^\"]+)\"")]
    private static partial Regex AccountLink();
}
