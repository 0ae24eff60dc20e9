using System.CommandLine;
using System.Text.Json;
using Pds.Cli.Commands;
using Pds.Tests.Support;
using Spectre.Console;

namespace Pds.Tests.Cli;

/// <summary><c>pds</c> as an operator types it, with the settings of a server.</summary>
internal sealed class CommandLine
{
    private readonly Dictionary<string, string> _settings;

    private CommandLine(Dictionary<string, string> settings) => _settings = settings;

    /// <summary>With the settings of a server under test, and others that win over them; an empty one takes one away.</summary>
    public static CommandLine For(PdsServer server, string database, params (string Name, string Value)[] settings) =>
        For(server.PlcUrl, server.Url.Port, database, settings);

    /// <summary>With the settings of a server that is yet to be.</summary>
    public static CommandLine For(Uri plc, int port, string database, params (string Name, string Value)[] settings)
    {
        var all = PdsServer.Variables(database, TestServices.Shared.Redis, plc, port);
        foreach (var (name, value) in settings)
        {
            all[name] = value;
            if (value.Length == 0)
            {
                all.Remove(name);
            }
        }

        return new CommandLine(all);
    }

    /// <summary>With the address of a server and its administrator's password, as from another machine.</summary>
    public static CommandLine For(Uri server) => new(new Dictionary<string, string>
    {
        ["PDS_PORT"] = $"{server.Port}", ["PDS_HOSTNAME"] = "localhost", ["PDS_ADMIN_PASSWORD"] = PdsServer.AdminPassword,
    });

    /// <summary>Runs a command.</summary>
    public async Task<CommandResult> RunAsync(params string[] command)
    {
        var output = new StringWriter();
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = AnsiSupport.No, Interactive = InteractionSupport.No, Out = new AnsiConsoleOutput(output),
        });
        console.Profile.Width = 400;
        var code = await CommandTree.Parse([.. command, .. _settings.Select(setting => $"--{setting.Key}={setting.Value}")], console)
            .InvokeAsync(new InvocationConfiguration { Output = output, Error = output }, TestContext.Current.CancellationToken);
        return new CommandResult(code, output.ToString());
    }

    /// <summary>Runs a command that has to succeed, and reads its JSON.</summary>
    public async Task<JsonElement> JsonAsync(params string[] command) => (await RunAsync([.. command, "--json"])).Ok().Json;
}

/// <summary>How a command ended.</summary>
/// <param name="Code">The exit code.</param>
/// <param name="Output">Everything it has written.</param>
internal sealed record CommandResult(int Code, string Output)
{
    public JsonElement Json
    {
        get
        {
            using var document = JsonDocument.Parse(Output);
            return document.RootElement.Clone();
        }
    }

    /// <summary>Itself when the command succeeded, otherwise the test fails and shows what it said.</summary>
    public CommandResult Ok() => Code == 0 ? this : throw new InvalidOperationException($"Exit code {Code}: {Output}");

    /// <summary>Itself when the command failed with words that contain these.</summary>
    public CommandResult Failed(string words)
    {
        Assert.True(Code != 0, Output);
        Assert.Contains(words, Output, StringComparison.Ordinal);
        return this;
    }
}
