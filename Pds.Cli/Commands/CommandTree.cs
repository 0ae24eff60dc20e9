using System.CommandLine;
using Pds.Cli.Administration;
using Pds.Cli.Backup;
using Pds.Cli.Doctor;
using Pds.Cli.Rotation;
using Pds.Cli.Verification;
using Spectre.Console;

namespace Pds.Cli.Commands;

/// <summary>What <c>pds</c> can do.</summary>
internal static class CommandTree
{
    // An @ begins an address or a handle here, not the name of a file with more words.
    private static readonly ParserConfiguration Plain = new() { ResponseFileTokenReplacer = null };

    /// <summary>Understands a command line.</summary>
    /// <param name="console">Where results are told; the terminal when null.</param>
    public static ParseResult Parse(IReadOnlyList<string> words, IAnsiConsole? console = null) => Create(console).Parse(words, Plain);

    private static RootCommand Create(IAnsiConsole? console)
    {
        var terminal = console is null ? Terminal.Open() : new Terminal(console);
        return new RootCommand("Tools for those who run a personal data server, and for those who move to or from one.")
        {
            AccountCommands.Create(terminal),
            InviteCommands.Create(terminal),
            RequestCrawl.Create(terminal),
            RotateKeysCommand.Create(terminal),
            BackupCommand.Create(terminal),
            RestoreCommand.Create(terminal),
            DoctorCommand.Create(terminal),
            VerifyCommand.Create(terminal),
            Migrate.Create(terminal),
            ImportReference.Create(terminal),
            RebuildRepository.Create(terminal),
            ContinueStream.Create(terminal),
            CommandSettings.EnvironmentFile,
            CommandRun.Json,
            CommandRun.Yes,
        };
    }
}
