using System.CommandLine;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Pds.Cli.Commands;
using Pds.Modules.Repo;
using Pds.Web;

namespace Pds.Cli.Backup;

/// <summary><c>pds restore SOURCE</c>.</summary>
internal static class RestoreCommand
{
    // Where nobody tells how far the stream had come: more than a server writes between two backups.
    private const long Margin = 1_000_000;

    public static Command Create(Terminal terminal)
    {
        var id = new Option<string?>("--backup") { Description = "Which backup; the newest when absent. See pds backup list.", HelpName = "ID" };
        var lastSeq = new Option<long>("--last-seq") { Description = "The number of the last event that a consumer has seen, where it is known." };
        var secretsTo = new Option<FileInfo?>("--secrets-to") { Description = "Only write the settings in the backup to a file.", HelpName = "FILE" };
        var passphrase = new Option<FileInfo?>("--passphrase-file") { Description = "A file with the passphrase of the settings.", HelpName = "FILE" };
        return new Command("restore", "Brings a backup back into an empty database and a blob store, and tells the network.")
        {
            BackupTarget.Target, BackupTarget.Endpoint, BackupTarget.Region, id, lastSeq, secretsTo, passphrase,
        }.Runs(terminal, async (parsed, cancellationToken) =>
        {
            await using var target = await BackupTarget.OpenAsync(parsed, writes: false, cancellationToken);
            var manifest = await new ManifestStore(target).ReadAsync(parsed.GetValue(id), cancellationToken);
            if (parsed.GetValue(secretsTo) is { } file)
            {
                await WriteSettingsAsync(manifest, file, SealedSettings.ReadPassphrase(parsed.GetValue(passphrase)), cancellationToken);
                terminal.Answer(parsed, new JsonObject { ["file"] = file.FullName }, to => to.Say($"The settings are in {file.FullName}"));
                return 0;
            }

            await using var server = PdsApplication.Create(["--LOG_LEVEL=warn", .. CommandSettings.Arguments(parsed)]);
            var run = new RestoreRun(server, target);
            await run.CheckAsync(manifest, cancellationToken);
            var floor = Math.Max(
                parsed.GetValue(lastSeq), await FindFloorAsync(server, manifest, parsed.GetValue(lastSeq) > 0, cancellationToken));
            await run.RunAsync(manifest, floor, BackupCommand.Tell(terminal, parsed), cancellationToken);
            var announced = await Announcement.MakeAsync(server.Services, static _ => { }, cancellationToken);
            terminal.Answer(
                parsed,
                new JsonObject
                {
                    ["id"] = manifest.Id, ["rows"] = manifest.Tables.Sum(table => table.Rows), ["blobs"] = manifest.Blobs,
                    ["restoredBlobs"] = run.RestoredBlobs, ["announced"] = announced, ["streamGoesOnAfter"] = floor,
                },
                to => to.Say(
                    $"The backup {manifest.Id} is back, {run.RestoredBlobs} blobs copied; {announced} repositories are announced anew; "
                    + $"the event stream goes on after {floor}. pds verify --all proves it; then start the server."));
            return 0;
        });
    }

    private static async Task<long> FindFloorAsync(
        WebApplication server, BackupManifest manifest, bool isKnown, CancellationToken cancellationToken)
    {
        var seen = await RelayNumbers.FindAsync(
            server.Services.GetRequiredService<RepoOptions>().Crawlers, manifest.Hostname, cancellationToken);
        return Math.Max(manifest.LastSeq + (isKnown || seen is not null ? 0 : Margin), seen ?? 0);
    }

    private static async Task WriteSettingsAsync(BackupManifest manifest, FileInfo file, string passphrase, CancellationToken cancellationToken)
    {
        var settings = SealedSettings.Open(
            manifest.Secrets ?? throw new CommandFailure("The settings are not in this backup: it was made without --include-secrets."), passphrase);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        await using var writer = new StreamWriter(file.FullName, options);
        await writer.WriteLineAsync(settings.AsMemory(), cancellationToken);
    }
}
