using AtProto;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Pds.Modules.Auth.Storage;
using Wolverine;

namespace Pds.Modules.Auth.Accounts;

/// <summary>
/// Deletes deactivated accounts when the time has come that their owner, or their unfinished move, has set; and finishes
/// deletions that a process did not live to finish.
/// </summary>
internal sealed partial class AccountExpiry(
    IServiceScopeFactory scopes, AccountDeletionStore deletions, AccountDeletion deletion, TimeProvider time,
    ILogger<AccountExpiry> logger) : BackgroundService
{
    private const int MostAtOnce = 100;

    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    /// <summary>Deletes what is due.</summary>
    public async Task DeleteDueAsync(CancellationToken cancellationToken)
    {
        while (await deletions.TakeAbandonedAsync(cancellationToken) is { } did)
        {
            await TryAsync(did, bus => deletion.FinishAsync(did, bus, cancellationToken), cancellationToken);
        }

        foreach (var did in await deletions.ListExpiredAsync(MostAtOnce, cancellationToken))
        {
            await TryAsync(did, bus => deletion.DeleteAsync(did, ifExpired: true, bus, cancellationToken), cancellationToken);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        do
        {
            try
            {
                await DeleteDueAsync(stoppingToken);
            }
            catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
            {
                Log.Failed(logger, failure);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task TryAsync(Did did, Func<IMessageBus, Task> delete, CancellationToken cancellationToken)
    {
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            await delete(scope.ServiceProvider.GetRequiredService<IMessageBus>());
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            Log.NotDeleted(logger, failure, did);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Error, Message = "{Did} could not be deleted yet")]
        public static partial void NotDeleted(ILogger logger, Exception failure, Did did);

        [LoggerMessage(Level = LogLevel.Error, Message = "Accounts to delete could not be looked for")]
        public static partial void Failed(ILogger logger, Exception failure);
    }
}
