using System.CommandLine;
using Pds.Cli.Reference;
using Spectre.Console;

namespace Pds.Cli.Commands;

/// <summary><c>pds import-reference DIR</c>: goes on with what a reference server has left off.</summary>
internal static class ImportReference
{
    public static Command Create(Terminal terminal)
    {
        var folder = new Argument<DirectoryInfo>("DIR") { Description = "The reference server's data folder (PDS_DATA_DIRECTORY)." };
        folder.AcceptExistingOnly();
        var blobs = new Option<DirectoryInfo>("--blobs")
        {
            Description = "Its blobs, where they are not in the data folder (PDS_BLOBSTORE_DISK_LOCATION, or a copy of its bucket).",
        };
        blobs.AcceptExistingOnly();
        var identities = new Option<bool>("--check-identities")
        {
            Description = "Also ask the directory whether every account's DID document names this server and the account's key.",
        };
        var command = new Command("import-reference", "Takes over the data folder of a reference server that is stopped. Can be run again.")
        {
            folder, blobs, identities,
        };
        return command.Runs(terminal, async (parsed, cancellationToken) =>
        {
            await using var server = await ServerAccess.OpenAsync(parsed);
            var source = new ReferenceFolder(parsed.GetRequiredValue(folder), parsed.GetValue(blobs));
            var report = new TakeoverReport();
            var takeover = new Takeover(server.Services, source, report);
            await (parsed.GetValue(CommandRun.Json)
                ? takeover.RunAsync(parsed.GetValue(identities), new ProgressTask(0, "Accounts", 1), cancellationToken)
                : terminal.Console.Progress().StartAsync(progress =>
                    takeover.RunAsync(parsed.GetValue(identities), progress.AddTask("Accounts"), cancellationToken)));
            terminal.Answer(parsed, report.ToJson(), to => report.Write(to.Console));
            return report.Problems.IsEmpty ? 0 : 1;
        });
    }
}
