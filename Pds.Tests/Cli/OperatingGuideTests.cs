using System.CommandLine.Parsing;
using System.Text.RegularExpressions;
using Pds.LocalServices;
using Pds.Tests.Architecture;
using Pds.Tests.Repo;
using Pds.Tests.Support;

namespace Pds.Tests.Cli;

/// <summary>What docs/operating.md tells operators to type, typed.</summary>
public sealed partial class OperatingGuideTests(PdsFixture pds)
{
    [Fact]
    public async Task Every_command_of_the_guide_does_what_it_says()
    {
        var (database, other, port) = (await PdsFixture.CreateDatabaseAsync(), await PdsFixture.CreateDatabaseAsync(), LoopbackPort.Free());
        await using var mails = new MailSink();
        await using var relay = await TestCrawler.StartAsync();
        var folder = Directory.CreateTempSubdirectory("pds-guide-");
        (string, string)[] settings = [.. mails.Settings.Select(item => (item.Key, item.Value)), ("PDS_SERVICE_HANDLE_DOMAINS", ".pds.example.com")];
        await using var server = await pds.StartServerAsync(settings.ToDictionary(item => item.Item1, item => item.Item2), database: database);
        using var bob = await TestAccount.CreateAsync(server, $"bob{Random()}.pds.example.com");
        var line = CommandLine.For(server, database, settings);
        var restoring = CommandLine.For(server.PlcUrl, port, other, settings);
        var code = (await line.RunAsync("invite", "create")).Ok().Output.Trim();
        await File.WriteAllTextAsync(Path.Combine(folder.FullName, "passphrase"), "a passphrase of the guide", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Path.Combine(folder.FullName, "new-key"), $"7{Random(63)}", TestContext.Current.CancellationToken);

        var commands = Commands().Matches(SourceTree.Read("docs/operating.md"))
            .SelectMany(block => block.Groups[1].Value.Split('\n'))
            .Select(text => text.Split("  #")[0].Trim())
            .Where(text => text.StartsWith("pds ", StringComparison.Ordinal) && !text.Contains("s3://", StringComparison.Ordinal)).ToArray();
        Assert.True(commands.Length > 30);
        foreach (var command in commands)
        {
            var text = command[4..]
                .Replace("did:plc:ewvi7nxzyoun6zhxrhs64oiz", bob.Did.Value, StringComparison.Ordinal)
                .Replace("pds-example-com-aaaaa-bbbbb", code, StringComparison.Ordinal)
                .Replace("https://bsky.network", relay.Url.ToString(), StringComparison.Ordinal)
                .Replace("/srv/", $"{folder.FullName}/", StringComparison.Ordinal)
                .Replace("/root/", $"{folder.FullName}/", StringComparison.Ordinal)
                .Replace("--rate 10", "--rate 1000", StringComparison.Ordinal);
            var isRestore = text.StartsWith("restore", StringComparison.Ordinal) && !text.Contains("--secrets-to", StringComparison.Ordinal);
            var result = await (isRestore ? restoring : line).RunAsync([.. CommandLineParser.SplitCommandLine(text), "--yes"]);

            // The database of the tests does not wait for the disk, which the doctor has to complain of.
            Assert.True(result.Code == 0 || text.StartsWith("doctor", StringComparison.Ordinal), $"{command}: {result.Output}");
        }

        (await restoring.RunAsync("verify", "--all")).Ok();
        Assert.Contains("PDS_JWT_SECRET=", await File.ReadAllTextAsync(Path.Combine(folder.FullName, "pds.env"), TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Equal("Maintenance", (await NextAsync(mails, "alice@example.com", "Maintenance")).Subject);
        folder.Delete(recursive: true);
    }

    private static async Task<MimeKit.MimeMessage> NextAsync(MailSink mails, string to, string subject)
    {
        while (true)
        {
            var mail = await mails.NextAsync(to);
            if (mail.Subject == subject)
            {
                return mail;
            }
        }
    }

    private static string Random(int length = 8) => System.Security.Cryptography.RandomNumberGenerator.GetHexString(length, lowercase: true);

    [GeneratedRegex("```sh\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Commands();
}
