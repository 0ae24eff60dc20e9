using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Configuration;
using Pds.Cli.Commands;

namespace Pds.Cli.Backup;

/// <summary><c>pds backup TARGET</c>, <c>pds backup list</c>, <c>pds backup verify</c>.</summary>
internal static class BackupCommand
{
    private const string Reminder =
        "Not in it: the server's settings. Keep a copy of them elsewhere, above all of PDS_PLC_ROTATION_KEY_K256_PRIVATE_KEY_HEX: "
        + "without it no account can sign, and no identity can be changed.";

    private static readonly string[] Columns = ["Backup", "Server", "Last event", "Rows", "Blobs", "Settings"];

    private static readonly Option<FileInfo?> Passphrase = new("--passphrase-file") { Description = "A file with the passphrase.", HelpName = "FILE" };

    public static Command Create(Terminal terminal)
    {
        var keep = new Option<int?>("--keep") { Description = "How many backups to keep; older ones are deleted.", HelpName = "N" };
        var secrets = new Option<bool>("--include-secrets") { Description = "Put the server's settings in, sealed under a passphrase." };
        var command = new Command("backup", "Saves the database and the blobs, while the server runs; only what is new is sent.")
        {
            BackupTarget.Target, BackupTarget.Endpoint, BackupTarget.Region, keep, secrets, Passphrase, List(terminal), Verify(terminal),
        };
        return command.Runs(terminal, async (parsed, cancellationToken) =>
        {
            if (parsed.GetValue(keep) is < 1)
            {
                throw new CommandFailure("--keep keeps at least one.");
            }

            var passphrase = parsed.GetValue(secrets) ? SealedSettings.ReadPassphrase(parsed.GetValue(Passphrase)) : null;
            await using var server = await ServerAccess.OpenAsync(parsed);
            await using var target = await BackupTarget.OpenAsync(parsed, writes: true, cancellationToken);
            var run = new BackupRun(server.Services, target);
            var manifest = await run.RunAsync(
                passphrase is null ? null : SealedSettings.Seal(Describe(server.Configuration), passphrase), Tell(terminal, parsed), cancellationToken);
            var gone = parsed.GetValue(keep) is { } count ? await new Retention(target).ApplyAsync(count, cancellationToken) : (Backups: 0, Files: 0L);
            terminal.Answer(parsed, ToJson(manifest, run, gone), to => Write(to, manifest, run, gone));
            return run.Broken.IsEmpty ? 0 : 1;
        });
    }

    /// <summary>What progress is told with: nothing for scripts.</summary>
    public static Action<string> Tell(Terminal terminal, ParseResult parsed) => parsed.GetValue(CommandRun.Json) ? static _ => { } : terminal.Say;

    private static Command List(Terminal terminal) =>
        new Command("list", "Lists the backups of a target.") { BackupTarget.Target, BackupTarget.Endpoint, BackupTarget.Region }.Runs(terminal, async (parsed, cancellationToken) =>
        {
            await using var target = await BackupTarget.OpenAsync(parsed, writes: false, cancellationToken);
            var store = new ManifestStore(target);
            var all = new List<BackupManifest>();
            foreach (var id in await store.ListAsync(cancellationToken))
            {
                all.Add(await store.ReadAsync(id, cancellationToken));
            }

            terminal.Answer(
                parsed, new JsonArray([.. all.Select(manifest => (JsonNode)Summarize(manifest))]),
                to => to.Table(Columns, all.Select(manifest => new[]
                {
                    manifest.Id, manifest.Hostname, Number(manifest.LastSeq), Number(manifest.Tables.Sum(table => table.Rows)), Number(manifest.Blobs),
                    manifest.Secrets is null ? "" : "sealed",
                })));
            return 0;
        });

    private static Command Verify(Terminal terminal)
    {
        var all = new Option<bool>("--all") { Description = "Look at every backup; otherwise at the newest." };
        var discard = new Option<bool>("--discard-broken") { Description = "Delete what is broken, so that the next backup sends it again." };
        return new Command("verify", "Reads every byte of a backup and proves it to be what was saved.")
        {
            BackupTarget.Target, BackupTarget.Endpoint, BackupTarget.Region, all, discard,
        }.Runs(terminal, async (parsed, cancellationToken) =>
        {
            await using var target = await BackupTarget.OpenAsync(parsed, writes: parsed.GetValue(discard), cancellationToken);
            var store = new ManifestStore(target);
            var ids = await store.ListAsync(cancellationToken);
            var check = new BackupCheck(target);
            foreach (var id in parsed.GetValue(all) ? ids : ids.TakeLast(1))
            {
                await check.RunAsync(await store.ReadAsync(id, cancellationToken), parsed.GetValue(discard), cancellationToken);
            }

            if (ids.Count == 0)
            {
                throw new CommandFailure("There is no backup.");
            }

            terminal.Answer(parsed, new JsonArray([.. check.Problems.Select(problem => (JsonNode)problem)]), to =>
            {
                check.Problems.ForEach(to.Say);
                to.Say(check.Problems.Count == 0 ? "All of it is there and as it was saved." : $"{check.Problems.Count} problems.");
            });
            return check.Problems.Count == 0 ? 0 : 1;
        });
    }

    private static string Describe(IConfiguration settings) => string.Join('\n', settings.AsEnumerable()
        .Where(setting => setting.Value is not null
            && (setting.Key.StartsWith("PDS_", StringComparison.OrdinalIgnoreCase) || setting.Key.StartsWith("ConnectionStrings:", StringComparison.OrdinalIgnoreCase)))
        .OrderBy(setting => setting.Key, StringComparer.Ordinal)
        .Select(setting => $"{setting.Key.Replace(":", "__", StringComparison.Ordinal)}={setting.Value}"));

    private static JsonObject Summarize(BackupManifest manifest) => new()
    {
        ["id"] = manifest.Id, ["createdAt"] = manifest.CreatedAt, ["hostname"] = manifest.Hostname, ["lastSeq"] = manifest.LastSeq,
        ["rows"] = manifest.Tables.Sum(table => table.Rows), ["blobs"] = manifest.Blobs, ["blobBytes"] = manifest.BlobBytes,
        ["missingBlobs"] = manifest.MissingBlobs.Count, ["hasSecrets"] = manifest.Secrets is not null,
    };

    private static JsonObject ToJson(BackupManifest manifest, BackupRun run, (int Backups, long Files) gone)
    {
        var json = Summarize(manifest);
        json["newChunks"] = run.Figures.Chunks;
        json["newChunkBytes"] = run.Figures.ChunkBytes;
        json["newBlobs"] = run.Figures.Blobs;
        json["newBlobBytes"] = run.Figures.BlobBytes;
        json["deletedBackups"] = gone.Backups;
        json["broken"] = new JsonArray([.. run.Broken.Select(key => (JsonNode)key)]);
        return json;
    }

    private static void Write(Terminal terminal, BackupManifest manifest, BackupRun run, (int Backups, long Files) gone)
    {
        foreach (var key in run.Broken)
        {
            terminal.Complain($"The file {key} is missing or broken on the server, and not in the backup; see pds verify.");
        }

        terminal.Say(
            $"Backup {manifest.Id}: {Number(manifest.Tables.Sum(table => table.Rows))} rows, {Number(manifest.Blobs)} blobs, to event {manifest.LastSeq}. "
            + $"Sent: {Number(run.Figures.Chunks)} chunks of {Number(run.Figures.ChunkBytes)} bytes, {Number(run.Figures.Blobs)} blobs of {Number(run.Figures.BlobBytes)} bytes.");
        if (gone.Backups > 0)
        {
            terminal.Say($"{gone.Backups} older backups are deleted, with {gone.Files} files that no other needs.");
        }

        if (manifest.Secrets is null)
        {
            terminal.Say(Reminder);
        }
    }

    private static string Number(long number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
