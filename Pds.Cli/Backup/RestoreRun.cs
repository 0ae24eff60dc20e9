using AtProto.Crypto;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Pds.Cli.Commands;
using Pds.Modules.Identity;
using Pds.Modules.Repo.Blobs;
using Pds.Modules.Repo.Repair;
using Pds.ServiceDefaults;
using Pds.Xrpc;

namespace Pds.Cli.Backup;

/// <summary>
/// Brings a backup back: blobs first, then the database whole, then the network is told. Cut off before the last, it is just
/// started again; blobs that are there stay.
/// </summary>
internal sealed class RestoreRun(WebApplication server, IBackupTarget target)
{
    private const int BlobsAtOnce = 4;

    private readonly ChunkStore _chunks = new(target);
    private readonly BlobVault _vault = new(target);
    private readonly BlobArchive _archive = server.Services.GetRequiredService<BlobArchive>();
    private readonly NpgsqlDataSource _database = server.Services.GetRequiredService<NpgsqlDataSource>();

    /// <summary>Blobs that were not in the store.</summary>
    public long RestoredBlobs { get; private set; }

    /// <exception cref="CommandFailure">The database is not empty, or the settings are not those of the backup.</exception>
    public async Task CheckAsync(BackupManifest manifest, CancellationToken cancellationToken)
    {
        var options = server.Services.GetRequiredService<IdentityOptions>();
        using var rotation = PrivateKey.FromBytes(KeyCurve.K256, Convert.FromHexString(options.RotationKey));
        if (rotation.PublicKey.ToDidKey() != manifest.RotationKey)
        {
            throw new CommandFailure(
                "The backup was made under another PDS_PLC_ROTATION_KEY_K256_PRIVATE_KEY_HEX: set that one, or no account could sign any more.");
        }

        var hostname = server.Services.GetRequiredService<ServiceOptions>().Hostname;
        if (hostname != manifest.Hostname)
        {
            throw new CommandFailure($"The backup is one of {manifest.Hostname}, and PDS_HOSTNAME is {hostname}.");
        }

        if (!await new DatabaseRestore(_database, _chunks).IsEmptyAsync(cancellationToken))
        {
            throw new CommandFailure("There are accounts in the database. A backup is brought back into an empty one.");
        }
    }

    /// <param name="floor">The number after which the event stream is to go on, at least.</param>
    /// <param name="told">Told of each table and each thousand blobs.</param>
    public async Task RunAsync(BackupManifest manifest, long floor, Action<string> told, CancellationToken cancellationToken)
    {
        RestoredBlobs = await RestoreBlobsAsync(manifest, told, cancellationToken);
        var database = new DatabaseRestore(_database, _chunks);
        await database.ClearAsync(manifest.Migrations.Keys, cancellationToken);
        await server.MigrateAsync(manifest.Migrations, cancellationToken);
        await database.FillAsync(manifest, floor, told, cancellationToken);
        await server.MigrateAsync(cancellationToken);
        await server.Services.GetRequiredService<RepositoryRepair>().ContinueStreamAsync(floor, cancellationToken);
    }

    private async Task<long> RestoreBlobsAsync(BackupManifest manifest, Action<string> told, CancellationToken cancellationToken)
    {
        var missing = manifest.MissingBlobs.ToHashSet(StringComparer.Ordinal);
        var (seen, restored) = (0L, 0L);
        var options = new ParallelOptions { MaxDegreeOfParallelism = BlobsAtOnce, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(SavedBlob.ReadAsync(manifest, _chunks, cancellationToken), options, async (blob, token) =>
        {
            if (Interlocked.Increment(ref seen) % 1000 == 0)
            {
                told($"{seen} blobs");
            }

            if (missing.Contains(blob.StorageKey) || await _archive.ContainsAsync(blob.StorageKey, blob.Size, token))
            {
                return;
            }

            await using var bytes = await _vault.OpenReadAsync(blob.Cid, token)
                ?? throw new InvalidDataException($"The blob {blob.Cid} is missing in the backup.");
            await _archive.KeepAsync(blob.StorageKey, blob.Cid, blob.MediaType, bytes, token);
            Interlocked.Increment(ref restored);
        });
        return restored;
    }
}
