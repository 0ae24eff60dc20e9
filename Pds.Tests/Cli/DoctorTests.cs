using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using Pds.Tests.Support;

namespace Pds.Tests.Cli;

/// <summary>What an operator is told of a server that is well, and of servers that are not.</summary>
public sealed class DoctorTests(PdsFixture pds)
{
    [Fact]
    public async Task A_server_that_is_well_is_told_to_be()
    {
        await using var mails = new MailSink();
        await using var relay = await FakeService.StartAsync();
        relay.Answer("com.atproto.sync.getHostStatus", new { hostname = "localhost", status = "active", seq = 7 });
        var database = await PdsFixture.CreateDatabaseAsync();
        await using var server = await pds.StartServerAsync(mails.Settings, database: database);
        using var alice = await TestAccount.CreateAsync(server);
        var settings = mails.Settings.Select(setting => (setting.Key, setting.Value)).Concat(
        [
            ("PDS_CRAWLERS", relay.Url.ToString()), ("PDS_JWT_SECRET", NewSecret()), ("PDS_DPOP_SECRET", NewSecret()),
            ("PDS_PLC_ROTATION_KEY_K256_PRIVATE_KEY_HEX", $"7{NewSecret()[1..]}"),
        ]);

        var result = await CommandLine.For(server, database, [.. settings]).RunAsync("doctor", "--send-to", "operator@mail.test", "--json");

        // The database of the tests does not wait for the disk, and how full and how busy a machine is nobody knows. What
        // the run of the tests was told in variables of its own is none of the server's.
        var found = Read(result).Where(item => !item.Text.StartsWith("PDS_TEST_", StringComparison.Ordinal)).ToList();
        Assert.Equal(1, result.Code);
        Assert.All(
            found.Where(item => item.Check is not ("disk" or "clock" or "database")),
            item => Assert.Equal(("ok", item.Text), (item.Status, item.Text)));
        Assert.DoesNotContain(found, item => item is { Check: "clock", Status: "fail" });
        Assert.Equal(
            ["it does not wait for the disk: what was written can be lost"],
            found.Where(item => item is { Check: "database", Status: "fail" }).Select(item => item.Text));
        Assert.Contains(found, item => item is { Status: "ok", Text: "its tables are this version's" });
        Assert.Contains(found, item => item.Text == "the event stream can be subscribed to");
        Assert.Contains(found, item => item.Text == $"{alice.Handle} tells its DID");
        Assert.Contains(found, item => item.Text == $"{alice.Handle} is said to be here");
        Assert.Contains(found, item => item.Text.EndsWith("reads localhost, to number 7", StringComparison.Ordinal));
        Assert.Equal(
            ["blobs", "clock", "database", "directory", "disk", "dns", "handles", "mail", "redis", "relays", "secrets", "server", "settings", "tls"],
            found.Select(item => item.Check).Distinct().Order());
        Assert.Equal("Mail of localhost arrives", (await mails.NextAsync("operator@mail.test")).Subject);
    }

    [Fact]
    public async Task Everything_that_is_away_is_told_at_once_with_how_to_mend_it()
    {
        var server = await pds.GetServerAsync();
        const string Nowhere = "127.0.0.1:1";
        var line = CommandLine.For(
            server, "Host=127.0.0.1;Port=1;Username=nobody;Timeout=5", ("PDS_PORT", "1"), ("ConnectionStrings:redis", Nowhere),
            ("PDS_DID_PLC_URL", $"http://{Nowhere}"), ("PDS_CRAWLERS", $"http://{Nowhere}"), ("PDS_EMAIL_SMTP_URL", $"smtp://{Nowhere}"),
            ("PDS_EMAIL_FROM_ADDRESS", "pds@example.com"), ("PDS_BLOBSTORE_DISK_LOCATION", "/dev/null/blobs"), ("PDS_HOSTNAM", "typo"),
            ("PDS_DPOP_SECRET", PdsServer.AdminPassword));

        var found = Read(await line.RunAsync("doctor", "--json"));
        var told = await line.RunAsync("doctor");

        Assert.Equal(
            ["blobs", "clock", "database", "directory", "mail", "redis", "relays", "secrets", "server"],
            found.Where(item => item.Status == "fail").Select(item => item.Check).Where(check => check != "disk").Distinct().Order());
        Assert.Contains(found, item => item is { Status: "warn", Text: "PDS_HOSTNAM is not a setting of this server" });
        Assert.Contains(found, item => item is { Check: "secrets", Text: "PDS_ADMIN_PASSWORD is the same as PDS_DPOP_SECRET" });
        Assert.All(found, item => Assert.Equal(item.Status == "ok", item.Cure is null));
        Assert.Contains("Start Postgres", told.Output, StringComparison.Ordinal);
        Assert.DoesNotContain(PdsServer.AdminPassword, told.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Settings_that_no_server_starts_with_are_told_one_by_one()
    {
        var server = await pds.GetServerAsync();
        var line = CommandLine.For(server, "Host=127.0.0.1;Port=1;Timeout=5", ("PDS_MAX_REPO_IMPORT_SIZE", "many"), ("PDS_BLOB_UPLOAD_LIMIT", "-1"));

        var found = Read(await line.RunAsync("doctor", "--json")).Where(item => item.Check == "settings").ToArray();

        Assert.All(found, item => Assert.Equal("fail", item.Status));
        Assert.NotEmpty(found);
        Assert.Contains("PDS_", found[0].Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_public_name_is_looked_up_as_the_world_does()
    {
        await using var dns = new TestDns();
        await using var proxy = await TlsProxy.StartAsync("pds.example.com", validFor: TimeSpan.FromDays(5), answersAs: "did:web:pds.example.com");
        dns.Addresses["pds.example.com"] = IPAddress.Parse("127.0.0.1");
        var line = CommandLine.For(
            await pds.GetServerAsync(), "Host=127.0.0.1;Port=1;Timeout=5", ("PDS_HOSTNAME", "pds.example.com"), ("PDS_DEV_MODE", ""));
        string[] command = ["doctor", "--json", "--connect", $"127.0.0.1:{proxy.Port}", "--nameserver", dns.Address];

        var without = Read(await line.RunAsync(command));
        dns.Addresses["*.pds.example.com"] = IPAddress.Parse("127.0.0.1");
        var trusting = Read(await line.RunAsync([.. command, "--ca", proxy.AuthorityFile]));
        var elsewhere = Read(await CommandLine.For(
            await pds.GetServerAsync(), "Host=127.0.0.1;Port=1;Timeout=5", ("PDS_HOSTNAME", "other.example.com"), ("PDS_DEV_MODE", ""))
            .RunAsync([.. command, "--ca", proxy.AuthorityFile]));

        Expect(without, "fail", "clients do not trust the certificate of pds.example.com");
        Expect(without, "fail", "handles have no address");
        Expect(without, "warn", "pds.example.com leads to 127.0.0.1, which the internet does not reach");
        Expect(trusting, "warn", "the certificate of pds.example.com runs out on");
        Expect(trusting, "ok", "*.pds.example.com leads to the same place");
        Expect(trusting, "ok", "https://pds.example.com answers as did:web:pds.example.com");
        Expect(trusting, "fail", "the event stream cannot be subscribed to");
        Expect(elsewhere, "fail", "other.example.com has no address");
        Expect(elsewhere, "fail", "other.example.com shows a certificate for pds.example.com");
    }

    private static void Expect(Found[] found, string status, string text) =>
        Assert.Contains(found, item => item.Status == status && item.Text.StartsWith(text, StringComparison.Ordinal));

    private static string NewSecret() => RandomNumberGenerator.GetHexString(64, lowercase: true);

    private static Found[] Read(CommandResult result) => [.. result.Json.EnumerateArray().Select(item => new Found(
        item.GetProperty("check").GetString()!, item.GetProperty("status").GetString()!, item.GetProperty("text").GetString()!,
        item.GetProperty("mend") is { ValueKind: JsonValueKind.String } cure ? cure.GetString() : null))];

    private sealed record Found(string Check, string Status, string Text, string? Cure);
}
