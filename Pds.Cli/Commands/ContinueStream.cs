using System.CommandLine;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Pds.Cli.Backup;
using Pds.Modules.Repo.Repair;

namespace Pds.Cli.Commands;

/// <summary><c>pds continue-stream SEQ</c>: lets the event stream go on after a number that consumers have seen.</summary>
internal static class ContinueStream
{
    public static Command Create(Terminal terminal)
    {
        var seq = new Argument<long>("SEQ") { Description = "The number of the last event that a consumer, such as a relay, has seen." };
        var announce = new Option<bool>("--announce") { Description = "Also give every repository a new commit and announce it, as after a restore." };
        var command = new Command("continue-stream", "After a restore from a backup: lets the event stream go on after a number, for it must never go back.") { seq, announce };
        return command.Runs(terminal, async (parsed, cancellationToken) =>
        {
            await using var server = await ServerAccess.OpenAsync(parsed);
            var stream = server.Services.GetRequiredService<RepositoryRepair>();
            var last = await stream.ContinueStreamAsync(parsed.GetRequiredValue(seq), cancellationToken);
            var announced = 0L;
            if (parsed.GetValue(announce))
            {
                announced = await Announcement.MakeAsync(server.Services, static _ => { }, cancellationToken);

                // The announcements have taken numbers.
                last = await stream.ContinueStreamAsync(last, cancellationToken);
            }

            terminal.Answer(parsed, new JsonObject { ["next"] = last + 1, ["announced"] = announced }, to =>
            {
                to.Say($"The next event has the number {last + 1}");
                if (parsed.GetValue(announce))
                {
                    to.Say($"{announced} repositories are announced anew");
                }
            });
            return 0;
        });
    }
}
