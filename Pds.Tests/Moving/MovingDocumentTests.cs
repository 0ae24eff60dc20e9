using System.Text.RegularExpressions;
using Pds.Tests.Architecture;
using Pds.Tests.Cli;
using Pds.Tests.Support;

namespace Pds.Tests.Moving;

/// <summary>The commands of <c>docs/moving.md</c>, run as they are written but for names and files.</summary>
public sealed partial class MovingDocumentTests(PdsFixture pds, MoveWorld world) : IClassFixture<MoveWorld>
{
    private static readonly string Text = SourceTree.Read("docs/moving.md");

    private static string[][] Commands { get; } =
        [.. Block().Matches(Text).SelectMany(block => Line().Matches(block.Value)).Select(line => line.Groups["arguments"].Value.Split(' '))];

    [Fact]
    public async Task The_commands_that_move_an_account_move_it()
    {
        using var alice = await world.SettleAsync();
        using var passwords = new PasswordFiles(alice.Password, MoveWorld.NewPassword);
        var commands = Commands.Where(command => command[0] == "migrate").ToArray();
        Assert.Equal(4, commands.Length);
        Assert.Equal(commands[0], commands[1][..commands[0].Length]);

        // Without a terminal, who asks for passwords cannot be answered.
        Assert.Equal(1, (await RunAsync(commands[0])).Code);
        var (waiting, asked) = await RunAsync(commands[1]);
        var (done, told) = await RunAsync(commands[2], await world.Mail.NextCodeAsync(alice.Email));

        Assert.True(waiting == 3, asked);
        Assert.True(done == 0, told);
        Assert.Equal(commands[0].Length, commands[3].Length);

        Task<(int Code, string Output)> RunAsync(string[] command, string? token = null) => MigrateCommandTests.RunAsync(
        [
            .. command[1..].Select(word => word switch
            {
                "alice.example.com" => alice.Did.Value,
                "https://new.example.com" => world.New.Url.ToString(),
                "old.txt" => passwords.Old,
                "new.txt" => passwords.New,
                "ABCDE-FGHIJ" => token!,
                _ => word,
            }),
            "--plc", world.Plc.ToString(),
        ]);
    }

    [Fact]
    public async Task The_command_that_takes_over_a_folder_takes_it_over()
    {
        var command = Assert.Single(Commands, command => command[0] == "import-reference");
        Assert.Equal(["import-reference", "/pds"], command);
        await using var reference = await ReferenceServer.CreateAsync(pds);

        var (code, output) = await reference.ImportAsync();

        Assert.True(code == 0, output);
        Assert.Matches(@"accounts with preferences\D+1\b", output);
    }

    [Fact]
    public async Task Every_option_that_it_names_is_there()
    {
        var (_, help) = await MigrateCommandTests.HelpAsync("migrate");
        var (_, takeover) = await MigrateCommandTests.HelpAsync("import-reference");

        var named = Option().Matches(Text).Select(match => match.Value).Distinct().ToArray();

        Assert.Contains("--from", named);
        Assert.All(named, option => Assert.Contains(option, help + takeover, StringComparison.Ordinal));
    }

    [GeneratedRegex("```sh\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex Block();

    [GeneratedRegex("^pds (?<arguments>.+)$", RegexOptions.Multiline)]
    private static partial Regex Line();

    [GeneratedRegex("--[a-z][a-z-]+")]
    private static partial Regex Option();
}
