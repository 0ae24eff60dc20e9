using System.CommandLine;
using System.Text.Json;
using Pds.Cli.Commands;
using Spectre.Console;

namespace Pds.Tests.Moving;

/// <summary><c>pds migrate</c>, in a script: what it needs to ask ends it with a code, and it goes on when it is called again.</summary>
public sealed class MigrateCommandTests(MoveWorld world) : IClassFixture<MoveWorld>
{
    [Fact]
    public async Task It_moves_an_account_in_two_calls_and_tells_what_it_has_checked()
    {
        using var alice = await world.SettleAsync();
        using var passwords = new PasswordFiles(alice.Password, MoveWorld.NewPassword);
        string[] command =
        [
            alice.Did.Value, "--to", world.New.Url.ToString(), "--plc", world.Plc.ToString(),
            "--old-password-file", passwords.Old, "--new-password-file", passwords.New,
        ];

        var (waiting, asked) = await RunAsync(command);
        var (done, told) = await RunAsync([.. command, "--plc-token", await world.Mail.NextCodeAsync(alice.Email)]);

        Assert.True(waiting == 3, asked);
        Assert.Contains("--plc-token", asked, StringComparison.Ordinal);
        Assert.True(done == 0, told);
        Assert.Matches(@"records\s+28\s+both servers have the same", told);
        Assert.Matches(@"files\s+3, 9 bytes\s+each is what its record names", told);
        Assert.Matches($@"identity\s+{alice.Handle}\s+names the new server and its key", told);
        Assert.Matches(@"old account\s+deactivated", told);
        Assert.DoesNotContain(alice.Password, asked + told, StringComparison.Ordinal);
    }

    [Fact]
    public async Task For_scripts_it_ends_with_one_document_that_says_what_it_waits_for_or_what_it_has_moved()
    {
        using var alice = await world.SettleAsync();
        using var passwords = new PasswordFiles(alice.Password, MoveWorld.NewPassword);
        string[] command =
        [
            alice.Did.Value, "--to", world.New.Url.ToString(), "--plc", world.Plc.ToString(),
            "--old-password-file", passwords.Old, "--new-password-file", passwords.New, "--json",
        ];

        var (waiting, asked) = await RunAsync(command);
        var (done, told) = await RunAsync([.. command, "--plc-token", await world.Mail.NextCodeAsync(alice.Email)]);

        var (question, answer) = (JsonElement.Parse(asked), JsonElement.Parse(told));
        Assert.Equal((3, false), (waiting, question.GetProperty("moved").GetBoolean()));
        Assert.Equal(
            ("plcToken", "--plc-token"), (question.GetProperty("waitsFor").GetString(), question.GetProperty("option").GetString()));
        Assert.Equal((0, true), (done, answer.GetProperty("moved").GetBoolean()));
        Assert.False(answer.TryGetProperty("waitsFor", out _));
        var report = answer.GetProperty("report");
        Assert.Equal(
            (alice.Did.Value, alice.Handle.Value), (report.GetProperty("did").GetString(), report.GetProperty("handle").GetString()));
        Assert.Equal((28, 3, 9), (Number("records"), Number("blobs"), Number("blobBytes")));
        Assert.All(
            new[] { "recordsAreEqual", "identityIsHere", "newIsActive" }, name => Assert.True(report.GetProperty(name).GetBoolean(), name));
        Assert.False(report.GetProperty("oldIsActive").GetBoolean());
        Assert.Empty(report.GetProperty("problems").EnumerateArray());

        int Number(string name) => report.GetProperty(name).GetInt32();
    }

    [Fact]
    public async Task For_scripts_nothing_is_asked_though_somebody_may_be_there()
    {
        var (code, told) = await RunAsync(InteractionSupport.Yes, "did:web:nobody.example.com", "--to", world.New.Url.ToString(), "--json");

        Assert.Equal(1, code);
        Assert.Contains("give it with --old-password-file", told, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_refused_is_told_and_ends_it_with_1()
    {
        using var alice = await world.SettleAsync();
        using var passwords = new PasswordFiles("wrong", MoveWorld.NewPassword);

        var (code, told) = await RunAsync(
            alice.Handle.Value, "--to", world.New.Url.ToString(), "--from", world.Old.Url.ToString(), "--plc", world.Plc.ToString(),
            "--old-password-file", passwords.Old, "--new-password-file", passwords.New);

        Assert.Equal(1, code);
        Assert.Contains("Invalid identifier or password", told, StringComparison.Ordinal);
    }

    /// <summary>What the command line tells of a command.</summary>
    internal static async Task<(int Code, string Output)> HelpAsync(string command)
    {
        var output = new StringWriter();
        var code = await CommandTree.Parse([command, "--help"]).InvokeAsync(
            new InvocationConfiguration { Output = output }, TestContext.Current.CancellationToken);
        return (code, output.ToString());
    }

    internal static Task<(int Code, string Output)> RunAsync(params string[] command) => RunAsync(InteractionSupport.No, command);

    private static async Task<(int Code, string Output)> RunAsync(InteractionSupport interaction, params string[] command)
    {
        var output = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = AnsiSupport.No, Interactive = interaction, Out = new AnsiConsoleOutput(output),
        });
        console.Profile.Width = 200;
        var code = await CommandTree.Parse(["migrate", .. command], console)
            .InvokeAsync(cancellationToken: TestContext.Current.CancellationToken);
        return (code, output.ToString());
    }
}
