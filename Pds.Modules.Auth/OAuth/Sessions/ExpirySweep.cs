using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Pds.Modules.Auth.OAuth.Sessions;

/// <summary>Deletes requests and sessions that are long over. Nothing depends on it: each use looks at the time itself.</summary>
internal sealed partial class ExpirySweep(
    RequestStore requests, OAuthSessionStore sessions, TimeProvider time, ILogger<ExpirySweep> log) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(10);

    // Whoever comes a little late is told what became of the request.
    private static readonly TimeSpan Kept = TimeSpan.FromHours(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await requests.DeleteExpiredAsync(time.GetUtcNow() - Kept, stoppingToken);
                await sessions.DeleteExpiredAsync(time.GetUtcNow() - Kept, stoppingToken);
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                Log.SweepFailed(log, failure);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Expired authorization requests and sessions were not deleted; trying again later")]
        public static partial void SweepFailed(ILogger logger, Exception failure);
    }
}
