using System.CommandLine;
using Spectre.Console;

namespace Pds.Cli.Commands;

/// <summary>What <c>pds</c> can do.</summary>
internal static class CommandTree
{
    /// <param name="console">Where results are told; the terminal when null.</param>
    public static RootCommand Create(IAnsiConsole? console = null)
    {
        console ??= AnsiConsole.Console;
        return new RootCommand("Tools for those who run a personal data server, and for those who move to or from one.")
        {
            ImportReference.Create(console),
            RebuildRepository.Create(console),
            ContinueStream.Create(console),
        };
    }
}
