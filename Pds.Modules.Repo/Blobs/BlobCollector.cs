using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Pds.Modules.Repo.Storage;

namespace Pds.Modules.Repo.Blobs;

/// <summary>
/// Deletes bytes that nothing needs: of uploads that no record came to name, and of blobs whose last use went. They are
/// deleted before their note, so that a crash between them only makes them be deleted again.
/// </summary>
internal sealed partial class BlobCollector(
    BlobStore blobs, IBlobStorage storage, TimeProvider time, ILogger<BlobCollector> log) : BackgroundService
{
    private const int PageSize = 500;

    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    /// <summary>How long an upload may wait for the record that names it.</summary>
    internal static readonly TimeSpan Grace = TimeSpan.FromHours(6);

    /// <summary>Deletes what is due.</summary>
    public async Task CollectAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        await blobs.ExpireAsync(now - Grace, now, cancellationToken);
        while (await blobs.ListDeletionsAsync(PageSize, cancellationToken) is { Count: > 0 } keys)
        {
            await storage.DeleteAsync(keys, cancellationToken);
            await blobs.RemoveDeletionsAsync(keys, cancellationToken);
            RepoTelemetry.BlobsCollected.Add(keys.Count);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        RepoTelemetry.BlobsCollected.Add(0);
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await CollectAsync(stoppingToken);
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                Log.Failed(log, exception);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Blobs could not be collected; trying again")]
        public static partial void Failed(ILogger logger, Exception exception);
    }
}
