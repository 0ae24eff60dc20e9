using System.CommandLine;
using System.Net.Sockets;
using Npgsql;
using Pds.ServiceDefaults;
using Pds.Xrpc;

namespace Pds.Cli.Commands;

/// <summary>How commands run: they take the server's settings, and tell in one line what hinders them.</summary>
internal static class CommandRun
{
    /// <summary>For scripts: a document of JSON in place of tables and sentences.</summary>
    public static Option<bool> Json { get; } = new("--json") { Description = "Answer with JSON, for scripts.", Recursive = true };

    /// <summary>Answers every question with yes.</summary>
    public static Option<bool> Yes { get; } = new("--yes", "-y") { Description = "Do not ask whether to go ahead.", Recursive = true };

    /// <param name="run">Gives the exit code.</param>
    public static Command Runs(this Command command, Terminal terminal, Func<ParseResult, CancellationToken, Task<int>> run)
    {
        command.TreatUnmatchedTokensAsErrors = false;
        command.SetAction(async (parsed, cancellationToken) =>
        {
            try
            {
                return await run(parsed, cancellationToken);
            }
            catch (Exception failure) when (failure is CommandFailure or OptionsException or MigrationException or NpgsqlException
                or XrpcException or HttpRequestException or SocketException or IOException or InvalidDataException or UnauthorizedAccessException)
            {
                terminal.Complain(failure.Message);
                return 1;
            }
        });
        return command;
    }
}
