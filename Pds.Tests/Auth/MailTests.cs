using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Pds.Contracts.Auth;
using Pds.Modules.Auth.Mail;
using Pds.Tests.Support;

namespace Pds.Tests.Auth;

/// <summary>What arrives at a mail server, and what does not.</summary>
public sealed class MailTests(PdsFixture pds) : MailedServerTests(pds)
{
    private readonly PdsFixture _pds = pds;

    protected override IReadOnlyDictionary<string, string> Settings { get; } = new Dictionary<string, string>
    {
        ["PDS_SERVICE_NAME"] = "Birds & Bees",
        ["PDS_LOGO_URL"] = "https://example.com/logo.png",
        ["PDS_PRIMARY_COLOR"] = "#ffcc00",
    };

    [Fact]
    public async Task A_code_comes_as_text_and_in_the_colors_of_the_server_with_a_link_to_its_page()
    {
        using var alice = await TestAccount.CreateAsync(Server);

        (await alice.ProcedureAsync("com.atproto.server.requestEmailConfirmation")).Ok();
        var mail = await Mail.NextAsync(alice.Email);

        var html = mail.HtmlBody!;
        Assert.Equal(("Email Confirmation", "pds@example.com"), (mail.Subject, mail.From.Mailboxes.Single().Address));
        Assert.Contains($"the email address of {alice.Handle} at Birds & Bees", mail.TextBody, StringComparison.Ordinal);
        Assert.Contains("/account/email?confirmation=", mail.TextBody, StringComparison.Ordinal);
        Assert.Contains("Birds &amp; Bees", html, StringComparison.Ordinal);
        Assert.Contains("src=\"https://example.com/logo.png\"", html, StringComparison.Ordinal);
        Assert.Contains("background:#ffcc00;color:#000000", html, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("de-AT,de;q=0.9", "Passwort zurücksetzen")]
    [InlineData("es", "contraseña")]
    [InlineData("fr", "mot de passe")]
    [InlineData("ja", "パスワード")]
    [InlineData("pt-BR", "senha")]
    [InlineData("tlh", "Password Reset Requested")]
    public async Task A_mail_speaks_the_language_of_who_asked_for_it(string language, string words)
    {
        using var alice = await TestAccount.CreateAsync(Server);

        (await Server.Xrpc.SendAsync(new HttpRequestMessage(HttpMethod.Post, "/xrpc/com.atproto.server.requestPasswordReset")
        {
            Content = new StringContent($$"""{"email":"{{alice.Email}}"}""", System.Text.Encoding.UTF8, "application/json"),
            Headers = { { "Accept-Language", language } },
        })).Ok();
        var mail = await Mail.NextAsync(alice.Email);

        Assert.Contains(words, $"{mail.Subject} {mail.TextBody}", StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task A_moderators_mail_leaves_by_its_own_way_and_the_link_can_be_left_out()
    {
        await using var ordinary = new MailSink();
        await using var moderators = new MailSink();
        await using var server = await _pds.StartServerAsync(new Dictionary<string, string>(ordinary.Settings)
        {
            ["PDS_MODERATION_EMAIL_SMTP_URL"] = moderators.Settings["PDS_EMAIL_SMTP_URL"],
            ["PDS_MODERATION_EMAIL_ADDRESS"] = "Moderators <moderators@example.com>",
            ["PDS_EMAIL_DISABLE_CONFIRMATION_LINK"] = "true",
        });
        using var admin = new AdminClient(server);
        using var alice = await TestAccount.CreateAsync(server);

        (await admin.ProcedureAsync("com.atproto.admin.sendEmail", new
        {
            recipientDid = alice.Did, content = "<p>Please &amp; thank you</p>", subject = "A word", senderDid = alice.Did,
        })).Ok();
        (await alice.ProcedureAsync("com.atproto.server.requestEmailConfirmation")).Ok();
        var word = await moderators.NextAsync(alice.Email);
        var confirmation = await ordinary.NextAsync(alice.Email);

        Assert.Equal(
            ("A word", "moderators@example.com", "Please & thank you"),
            (word.Subject, word.From.Mailboxes.Single().Address, word.TextBody!.Trim()));
        Assert.Equal("pds@example.com", confirmation.From.Mailboxes.Single().Address);
        Assert.DoesNotContain("/account/email", confirmation.HtmlBody + confirmation.TextBody, StringComparison.Ordinal);
    }

    [Fact]
    public async Task On_a_developers_server_without_mail_a_page_shows_what_would_have_been_sent()
    {
        using var alice = await _pds.CreateAccountAsync();
        (await alice.ProcedureAsync("com.atproto.server.requestAccountDelete")).Ok();

        await Eventually.TrueAsync(async () =>
        {
            var (status, html) = await PageAsync(_pds.Url);
            Assert.Equal(HttpStatusCode.OK, status);
            return html.Contains($"To {alice.Email}", StringComparison.Ordinal) && html.Contains("Account Deletion Requested", StringComparison.Ordinal);
        });
    }

    [Fact]
    public async Task Elsewhere_nothing_is_shown()
    {
        await using var server = await _pds.StartServerAsync(new Dictionary<string, string> { ["PDS_DEV_MODE"] = "false" });

        Assert.Equal(HttpStatusCode.NotFound, (await PageAsync(server.Url)).Status);
        Assert.Empty(await server.InvokeAsync<IReadOnlyList<DevelopmentMail>>(new ListDevelopmentMails()));
    }

    [Fact]
    public async Task A_server_that_is_away_gets_its_mail_when_it_is_back()
    {
        using var alice = await TestAccount.CreateAsync(Server);
        Mail.IsBusy = true;
        (await alice.ProcedureAsync("com.atproto.server.requestAccountDelete")).Ok();
        await Eventually.TrueAsync(async () => await CountAsync("attempts > 0") == 1);

        Mail.IsBusy = false;
        await Eventually.TrueAsync(async () =>
        {
            Time.Advance(TimeSpan.FromMinutes(1));
            return await CountAsync("true") == 0;
        });

        Assert.Equal("Account Deletion Requested", (await Mail.NextAsync(alice.Email)).Subject);
    }

    [Theory]
    [InlineData("smtp://mail.example.com", "a@example.com", true)]
    [InlineData("smtps://user:p%40ss@mail.example.com:465/", "A <a@example.com>", true)]
    [InlineData("https://mail.example.com", "a@example.com", false)]
    [InlineData("smtp://mail.example.com", "nobody", false)]
    public void A_way_is_read_or_not(string server, string sender, bool isGood) => Assert.Equal(isGood, MailRoute.Of(server, sender) is not null);

    private async Task<long> CountAsync(string condition)
    {
        await using var command = Server.Services.GetRequiredService<NpgsqlDataSource>().CreateCommand(
            $"SELECT count(*) FROM auth.mail WHERE {condition}");
        return (long)(await command.ExecuteScalarAsync(TestContext.Current.CancellationToken))!;
    }

    private static async Task<(HttpStatusCode Status, string Html)> PageAsync(Uri server)
    {
        using var http = TestHttp.Create(server);
        using var reply = await http.GetAsync(new Uri("/development/mail", UriKind.Relative), TestContext.Current.CancellationToken);
        return (reply.StatusCode, await reply.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }
}
