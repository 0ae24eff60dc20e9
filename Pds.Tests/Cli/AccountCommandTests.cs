using System.Text.Json;
using Pds.Tests.Repo;
using Pds.Tests.Support;

namespace Pds.Tests.Cli;

/// <summary>An administrator at the command line, of a server that runs.</summary>
public sealed class AccountCommandTests(PdsFixture pds)
{
    [Fact]
    public async Task An_account_is_made_found_changed_and_deleted()
    {
        var server = await pds.GetServerAsync();
        var line = CommandLine.For(server.Url);
        var (handle, other) = (TestAccount.NewHandle(), TestAccount.NewHandle());
        var email = $"{handle[..^5]}@mail.test";

        var made = await line.JsonAsync("account", "create", handle, email);
        var did = made.GetProperty("did").GetString()!;
        await SignInAsync(server, handle, made.GetProperty("password").GetString()!, 200);
        var listed = await line.JsonAsync("account", "list", email);
        Assert.Equal(did, Assert.Single(listed.EnumerateArray()).GetProperty("did").GetString());
        Assert.Contains(did, (await line.RunAsync("account", "list", email)).Ok().Output, StringComparison.Ordinal);
        Assert.Contains(email, (await line.RunAsync("account", "info", handle)).Ok().Output, StringComparison.Ordinal);

        var reset = await line.JsonAsync("account", "reset-password", email, "--yes");
        await SignInAsync(server, handle, made.GetProperty("password").GetString()!, 401);
        await SignInAsync(server, handle, reset.GetProperty("password").GetString()!, 200);

        (await line.RunAsync("account", "set-handle", did, other)).Ok();
        (await line.RunAsync("account", "set-email", other, $"new-{email}")).Ok();
        var info = await line.JsonAsync("account", "info", $"new-{email}");
        Assert.Equal((did, other), (info.GetProperty("did").GetString(), info.GetProperty("handle").GetString()));

        (await line.RunAsync("account", "delete", other)).Failed("--yes");
        (await line.RunAsync("account", "delete", other, "--yes")).Ok();
        (await line.RunAsync("account", "info", did)).Failed("Account not found");
    }

    [Fact]
    public async Task An_account_is_taken_down_deactivated_and_brought_back()
    {
        var server = await pds.GetServerAsync();
        var line = CommandLine.For(server.Url);
        using var alice = await pds.CreateAccountAsync();

        (await line.RunAsync("account", "takedown", alice.Did.Value)).Failed("--yes");
        (await line.RunAsync("account", "takedown", alice.Did.Value, "--ref", "case 7", "--yes")).Ok();
        var down = await line.JsonAsync("account", "info", alice.Did.Value);
        Assert.Equal("case 7", down.GetProperty("takedown").GetProperty("ref").GetString());
        Assert.Equal("takendown", down.GetProperty("repository").GetProperty("status").GetString());
        (await line.RunAsync("account", "untakedown", alice.Did.Value)).Ok();
        await ExpectAsync(line, alice, "active", true);

        (await line.RunAsync("account", "deactivate", alice.Did.Value, "--yes")).Ok();
        Assert.Contains("deactivated", (await line.RunAsync("account", "info", alice.Did.Value)).Ok().Output, StringComparison.Ordinal);
        await ExpectAsync(line, alice, "active", false);
        (await line.RunAsync("account", "activate", alice.Did.Value)).Ok();
        await ExpectAsync(line, alice, "active", true);
    }

    [Fact]
    public async Task An_account_is_sent_a_mail_and_made_where_sign_ups_need_an_invite()
    {
        await using var mails = new MailSink();
        var settings = mails.Settings;
        settings["PDS_INVITE_REQUIRED"] = "true";
        await using var server = await pds.StartServerAsync(settings);
        var line = CommandLine.For(server.Url);
        var handle = TestAccount.NewHandle();

        (await line.RunAsync("account", "create", handle, "carol@mail.test", "--password", "the password of carol")).Ok();
        (await line.RunAsync("account", "send-mail", handle, "Your disk is full.", "--subject", "About your account")).Ok();

        var mail = await mails.NextAsync("carol@mail.test");
        while (mail.Subject != "About your account")
        {
            mail = await mails.NextAsync("carol@mail.test");
        }

        Assert.Contains("Your disk is full.", mail.ToString(), StringComparison.Ordinal);
        await SignInAsync(server, handle, "the password of carol", 200);
    }

    [Fact]
    public async Task Invite_codes_are_made_listed_and_disabled()
    {
        var server = await pds.GetServerAsync();
        var line = CommandLine.For(server.Url);
        using var alice = await pds.CreateAccountAsync();

        var codes = (await line.RunAsync("invite", "create", "--uses", "3", "--count", "2")).Ok().Output
            .Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        (await line.RunAsync("invite", "create", "--for", alice.Did.Value)).Ok();
        (await line.RunAsync("invite", "disable", codes[0], "--yes")).Ok();
        (await line.RunAsync("invite", "disable", "--account", alice.Did.Value, "--yes")).Ok();
        (await line.RunAsync("invite", "disable", "--yes")).Failed("Which codes");

        Assert.Equal(2, codes.Length);
        var listed = (await line.JsonAsync("invite", "list", "--limit", "50000")).EnumerateArray()
            .ToLookup(item => item.GetProperty("forAccount").GetString() == "admin" ? item.GetProperty("code").GetString() : item.GetProperty("forAccount").GetString());
        Assert.Equal((true, 3), State(listed[codes[0]].Single()));
        Assert.Equal((false, 3), State(listed[codes[1]].Single()));
        Assert.Equal((true, 1), State(listed[alice.Did.Value].Single()));
        Assert.Contains(codes[1], (await line.RunAsync("invite", "list", "--limit", "50000", "--sort", "usage")).Ok().Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_hinders_a_command_is_told_in_words()
    {
        var server = await pds.GetServerAsync();
        var line = CommandLine.For(server.Url);
        var wrong = CommandLine.For(server, "Host=localhost", ("PDS_ADMIN_PASSWORD", "a guess"));
        var folder = Directory.CreateTempSubdirectory("pds-env-");
        var file = Path.Combine(folder.FullName, "pds.env");
        await File.WriteAllTextAsync(
            file, $"# settings\nPDS_PORT=1\nexport PDS_ADMIN_PASSWORD=\"{PdsServer.AdminPassword}\"\n", TestContext.Current.CancellationToken);

        (await wrong.RunAsync("account", "list")).Failed("does not take PDS_ADMIN_PASSWORD");
        (await line.RunAsync("account", "info", "nobody@mail.test")).Failed("No account has the address");
        (await line.RunAsync("account", "info", "!!")).Failed("neither a DID");
        (await line.RunAsync("account", "list", "--server", "http://127.0.0.1:1")).Failed("does not answer");
        (await line.RunAsync("account", "list", "--env-file", "/nowhere/pds.env")).Failed("is not there");
        (await line.RunAsync("account", "info", "did:plc:a", "--jsn")).Failed("is not understood");
        (await line.RunAsync("account", "list", "--env-file", file, "--server", $"{server.Url}", "--limit", "1")).Ok();
        folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Relays_are_asked_to_come_and_what_they_say_is_told()
    {
        await using var crawler = await TestCrawler.StartAsync(200, 503);
        var line = CommandLine.For(crawler.Url);

        (await line.RunAsync("request-crawl", $"{crawler.Url}")).Ok();
        (await line.RunAsync("request-crawl", $"--PDS_CRAWLERS={crawler.Url}")).Failed("it answered 503");
        (await line.RunAsync("request-crawl")).Failed("PDS_CRAWLERS");

        Assert.Equal(["localhost", "localhost"], crawler.Hostnames);
    }

    private static (bool, int) State(JsonElement code) =>
        (code.GetProperty("disabled").GetBoolean(), code.GetProperty("available").GetInt32());

    private static async Task ExpectAsync(CommandLine line, TestAccount account, string name, bool value) => Assert.Equal(
        value, (await line.JsonAsync("account", "info", account.Did.Value)).GetProperty("repository").GetProperty(name).GetBoolean());

    private static async Task SignInAsync(PdsServer server, string identifier, string password, int status) => Assert.Equal(
        status, (await server.Xrpc.ProcedureAsync("com.atproto.server.createSession", new { identifier, password })).Status);
}
