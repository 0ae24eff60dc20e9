using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Pds.Modules.Moving.Storage;
using Pds.Xrpc.Outgoing;

namespace Pds.Modules.Moving.Jobs;

/// <summary>Runs moves beside the requests, a few at once, and those that a process before this one has left off.</summary>
internal sealed partial class MoveWorker(
    MoveStore store, MoveSignal signal, MoveJob job, OwnServer self, TimeProvider time, ILogger<MoveWorker> log) : BackgroundService
{
    private const int AtOnce = 16;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan KeptFor = TimeSpan.FromDays(3);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await self.GetAddressAsync(stoppingToken);
        var running = new List<Task>();
        Task? ring = null;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                running.RemoveAll(run => run.IsCompleted);
                await store.SweepAsync(time.GetUtcNow() - KeptFor, stoppingToken);
                while (running.Count < AtOnce && await TakeAsync(stoppingToken) is { } move)
                {
                    running.Add(RunAsync(move, stoppingToken));
                }
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                Log.Failed(log, failure);
            }

            ring = ring is { IsCompleted: false } ? ring : signal.WaitAsync(Interval, time, stoppingToken);
            await Task.WhenAny([ring, .. running]);
        }

        await Task.WhenAll(running).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private Task<MoveRow?> TakeAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        return store.TakeAsync(now, now + MoveJob.Lease, cancellationToken);
    }

    private async Task RunAsync(MoveRow move, CancellationToken stoppingToken)
    {
        try
        {
            await job.RunAsync(move, stoppingToken);
        }
        catch (Exception failure)
        {
            // The row could not be written; its lease ends, and it is run again.
            Log.Failed(log, failure);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Error, Message = "Moves could not be read or written; trying again")]
        public static partial void Failed(ILogger logger, Exception failure);
    }
}
