using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Pds.Modules.Auth.Storage;

namespace Pds.Modules.Auth.Devices;

/// <summary>Forgets browsers that will not come back. Every visitor without a cookie makes one, most of them once.</summary>
internal sealed partial class DeviceSweep(DeviceStore store, TimeProvider time, ILogger<DeviceSweep> log) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromHours(1);
    private static readonly TimeSpan Unused = TimeSpan.FromDays(1);
    private static readonly TimeSpan Idle = TimeSpan.FromDays(400);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                var now = time.GetUtcNow();
                await store.SweepAsync(now - Idle, now - Unused, stoppingToken);
            }
            catch (Exception exception) when (exception is not OperationCanceledException)
            {
                Log.Failed(log, exception);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Old devices could not be forgotten; trying again")]
        public static partial void Failed(ILogger logger, Exception exception);
    }
}
