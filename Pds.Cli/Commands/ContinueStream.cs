using System.CommandLine;
using Microsoft.Extensions.DependencyInjection;
using Pds.Modules.Repo.Repair;

namespace Pds.Cli.Commands;

/// <summary><c>pds continue-stream SEQ</c>: lets the event stream go on after a number that consumers have seen.</summary>
internal static class ContinueStream
{
    public static Command Create(Terminal terminal)
    {
        var seq = new Argument<long>("SEQ") { Description = "The number of the last event that a consumer, such as a relay, has seen." };
        var command = new Command("continue-stream", "After a restore from a backup: lets the event stream go on after a number, for it must never go back.") { seq };
        return command.Runs(terminal, async (parsed, cancellationToken) =>
        {
            await using var server = await ServerAccess.OpenAsync(parsed);
            var last = await server.Services.GetRequiredService<RepositoryRepair>()
                .ContinueStreamAsync(parsed.GetRequiredValue(seq), cancellationToken);
            terminal.Say($"The next event has the number {last + 1}");
            return 0;
        });
    }
}
