using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Pds.Modules.Repo.Firehose;

/// <summary>
/// Keeps the event log in shape: partitions ahead of the newest event, and none whose events are all too old or too much. The
/// one with the newest event always stays, for the next number follows it.
/// </summary>
internal sealed partial class EventRetention(
    EventPartitionStore partitions, EventStore events, RepoOptions options, TimeProvider time, ILogger<EventRetention> log)
    : BackgroundService
{
    /// <summary>How many partitions are made ahead: at the rate of the last hour, they last for as many hours.</summary>
    private const int Ahead = 4;

    // Who appends where the partitions end has to make one first: what was made ahead should outlast the next round.
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(3);

    /// <summary>Adds what will be needed and drops what is due.</summary>
    public async Task KeepAsync(CancellationToken cancellationToken)
    {
        var newest = await events.GetNewestAsync(cancellationToken);
        var all = await partitions.ListAsync(cancellationToken);
        await AddAsync(all, newest, cancellationToken);
        var due = await FindDueAsync(all, newest, cancellationToken);
        if (due.Count > 0 && await partitions.DropAsync(due, cancellationToken))
        {
            Log.Dropped(log, due.Count, due[^1].Past - 1);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        do
        {
            try
            {
                await KeepAsync(stoppingToken);
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                Log.Failed(log, exception);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    // A busy server gets larger ones, so that there are not thousands of them.
    private async Task AddAsync(List<EventPartition> all, long newest, CancellationToken cancellationToken)
    {
        var lastHour = newest - await events.FindFloorAsync(time.GetUtcNow() - TimeSpan.FromHours(1), cancellationToken);
        var width = Math.Max(options.EventPartitionSize, lastHour);
        var past = all.FindLast(partition => partition.State == EventPartitionState.Attached)!.Past;
        if (past - newest > Ahead / 2 * width)
        {
            return;
        }

        // Numbers that jumped, after a restore or a take-over, have left every partition behind.
        if (past <= newest)
        {
            await partitions.CoverAsync(newest + width, cancellationToken);
            past = newest + width + 1;
        }

        for (var i = 0; i < Ahead; i++, past += width)
        {
            await partitions.AddAsync(past, past + width, cancellationToken);
        }
    }

    private async Task<List<EventPartition>> FindDueAsync(List<EventPartition> all, long newest, CancellationToken cancellationToken)
    {
        var limit = time.GetUtcNow() - (options.EventRetention > options.BackfillLimit ? options.EventRetention : options.BackfillLimit);
        var bytes = 0L;
        foreach (var partition in all)
        {
            bytes += partition.Bytes;
        }

        var due = new List<EventPartition>();
        foreach (var partition in all)
        {
            if (partition.State == EventPartitionState.Attached)
            {
                if (partition.Past > newest
                    || (bytes <= options.MaxEventBytes
                        && await partitions.FindNewestTimeAsync(partition, cancellationToken) is { } last && last >= limit))
                {
                    break;
                }
            }

            bytes -= partition.Bytes;
            due.Add(partition);
        }

        return due;
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "Dropped {Count} partitions of the event log, up to number {Seq}")]
        public static partial void Dropped(ILogger logger, int count, long seq);

        [LoggerMessage(2, LogLevel.Warning, "The event log could not be kept in shape; trying again")]
        public static partial void Failed(ILogger logger, Exception exception);
    }
}
