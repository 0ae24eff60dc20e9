using System.Collections.Concurrent;
using System.Globalization;
using AtProto.Crypto;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using Pds.Modules.Identity;
using Pds.Modules.Repo.Blobs;
using Pds.Xrpc;

namespace Pds.Cli.Backup;

/// <summary>Makes one backup. What an earlier one has sent is not sent again, so one that was cut off is just started again.</summary>
internal sealed class BackupRun(IServiceProvider services, IBackupTarget target)
{
    private const int BlobsAtOnce = 4;

    private readonly ChunkStore _chunks = new(target);
    private readonly BlobVault _vault = new(target);
    private readonly NpgsqlDataSource _database = services.GetRequiredService<NpgsqlDataSource>();
    private readonly BlobArchive _archive = services.GetRequiredService<BlobArchive>();
    private readonly ConcurrentBag<string> _missing = [];
    private long _newBlobs;
    private long _newBlobBytes;

    /// <summary>Storage keys of blobs that the server has, and whose bytes are not there or are others.</summary>
    public ConcurrentBag<string> Broken { get; } = [];

    public BackupFigures Figures => new(_chunks.Written, _chunks.WrittenBytes, _newBlobs, _newBlobBytes);

    /// <param name="secrets">From <see cref="SealedSettings"/>.</param>
    /// <param name="told">Told of each table, and each thousand blobs, that is done.</param>
    public async Task<BackupManifest> RunAsync(string? secrets, Action<string> told, CancellationToken cancellationToken)
    {
        await _chunks.OpenAsync(cancellationToken);
        await _vault.OpenAsync(cancellationToken);
        var manifest = await SaveDatabaseAsync(secrets, told, cancellationToken);
        var (blobs, bytes) = await SaveBlobsAsync(manifest, told, cancellationToken);
        manifest = manifest with { Blobs = blobs, BlobBytes = bytes, MissingBlobs = [.. _missing.Order(StringComparer.Ordinal)] };
        await new ManifestStore(target).WriteAsync(manifest, cancellationToken);
        return manifest;
    }

    private async Task<BackupManifest> SaveDatabaseAsync(string? secrets, Action<string> told, CancellationToken cancellationToken)
    {
        await using var snapshot = await DatabaseSnapshot.OpenAsync(_database, cancellationToken);
        var now = services.GetRequiredService<TimeProvider>().GetUtcNow();
        using var rotation = PrivateKey.FromBytes(
            KeyCurve.K256, Convert.FromHexString(services.GetRequiredService<IdentityOptions>().RotationKey));
        var manifest = new BackupManifest(
            now.ToString("yyyyMMdd'T'HHmmssfff'Z'", CultureInfo.InvariantCulture), now, services.GetRequiredService<ServiceOptions>().Hostname,
            rotation.PublicKey.ToDidKey(), await snapshot.ReadLastSeqAsync(cancellationToken), await snapshot.ReadMigrationsAsync(cancellationToken),
            [], [], await snapshot.ReadPartitionsAsync(cancellationToken), 0, 0, [], secrets);
        foreach (var table in await snapshot.ListTablesAsync(cancellationToken))
        {
            var saved = new List<SavedChunk>();
            var rows = 0L;
            await using (var copy = await snapshot.CopyAsync(table, cancellationToken))
            {
                await foreach (var (chunk, count) in new RowCutter(copy).ReadAsync(cancellationToken))
                {
                    saved.Add(await _chunks.AddAsync(chunk, cancellationToken));
                    rows += count;
                }
            }

            manifest.Tables.Add(new SavedTable(table.Schema, table.Name, table.Columns, rows, saved));
            told($"{table.Schema}.{table.Name}: {rows} rows");
        }

        foreach (var (name, last) in await snapshot.ReadSequencesAsync(cancellationToken))
        {
            manifest.Sequences.Add(name, last);
        }

        await _chunks.FinishAsync();
        return manifest;
    }

    private async Task<(long Blobs, long Bytes)> SaveBlobsAsync(
        BackupManifest manifest, Action<string> told, CancellationToken cancellationToken)
    {
        var (blobs, bytes) = (0L, 0L);
        var options = new ParallelOptions { MaxDegreeOfParallelism = BlobsAtOnce, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(SavedBlob.ReadAsync(manifest, _chunks, cancellationToken), options, async (blob, token) =>
        {
            Interlocked.Add(ref bytes, blob.Size);
            if (Interlocked.Increment(ref blobs) % 1000 == 0)
            {
                told($"{blobs} blobs");
            }

            if (!_vault.Contains(blob.Cid) && !await TrySaveAsync(blob, token))
            {
                _missing.Add(blob.StorageKey);
                if (await IsKnownAsync(blob.StorageKey, token))
                {
                    Broken.Add(blob.StorageKey);
                }
            }
        });
        return (blobs, bytes);
    }

    private async Task<bool> TrySaveAsync(SavedBlob blob, CancellationToken cancellationToken)
    {
        try
        {
            await using var source = await _archive.OpenAsync(blob.StorageKey, blob.Size, cancellationToken);
            if (source is null || !await _vault.AddAsync(blob.Cid, source, blob.Size, cancellationToken))
            {
                return false;
            }
        }
        catch (XrpcException)
        {
            return false;
        }

        Interlocked.Increment(ref _newBlobs);
        Interlocked.Add(ref _newBlobBytes, blob.Size);
        return true;
    }

    // One that was deleted since the database's moment is not missing.
    private async Task<bool> IsKnownAsync(string key, CancellationToken cancellationToken)
    {
        await using var command = _database.CreateCommand("SELECT EXISTS (SELECT FROM repo.blob WHERE storage_key = $1)");
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = key });
        return await command.ExecuteScalarAsync(cancellationToken) is true;
    }
}
