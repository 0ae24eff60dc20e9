using AtProto;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Pds.Contracts.Identity;
using Pds.Contracts.Repo;
using Pds.Modules.Auth.Storage;
using Wolverine;

namespace Pds.Modules.Auth.Accounts;

/// <summary>
/// Undoes sign-ups that did not end, because their process died or undoing failed, so that handle and address are free again.
/// Nobody holds a session of such an account, and its owner is told nothing but an error: there is nothing worth finishing.
/// </summary>
internal sealed partial class AbandonedSignUps(
    IServiceScopeFactory scopes, SignUpStore signUps, AccountStore accounts, TimeProvider time, ILogger<AbandonedSignUps> logger)
    : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan UndoTimeout = TimeSpan.FromSeconds(30);

    /// <summary>Undoes what there is of a sign-up. What cannot be undone now is left for later.</summary>
    public async Task TryUndoAsync(IMessageBus bus, SignUp signUp)
    {
        try
        {
            using var timeout = new CancellationTokenSource(UndoTimeout, time);
            await UndoAsync(bus, signUp, timeout.Token);
        }
        catch (Exception failure)
        {
            Log.NotUndone(logger, failure, signUp.Handle);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        do
        {
            await UndoAllAsync(stoppingToken);
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    /// <summary>Undoes every sign-up that nobody works on any more.</summary>
    public async Task UndoAllAsync(CancellationToken cancellationToken)
    {
        try
        {
            while (await signUps.TakeAbandonedAsync(cancellationToken) is { } signUp)
            {
                Log.Undoing(logger, signUp.Handle);
                await using var scope = scopes.CreateAsyncScope();
                var bus = scope.ServiceProvider.GetRequiredService<IMessageBus>();
                await TryUndoAsync(bus, signUp);
            }
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            Log.Failed(logger, failure);
        }
    }

    private async Task UndoAsync(IMessageBus bus, SignUp signUp, CancellationToken cancellationToken)
    {
        var did = signUp.Did ?? (await bus.InvokeAsync<LocalIdentity?>(new FindIdentity(signUp.Handle), cancellationToken))?.Did;

        // The handle may belong to somebody who was faster.
        if (did is { } made && await accounts.FindAsync(made, cancellationToken) is null)
        {
            await bus.InvokeAsync(new DeleteRepository(made), cancellationToken);
            await bus.InvokeAsync(new AbandonIdentity(made), cancellationToken);
        }

        await signUps.ForgetAsync(signUp, cancellationToken);
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "Undoing a sign-up as {Handle} that did not end")]
        public static partial void Undoing(ILogger logger, Handle handle);

        [LoggerMessage(Level = LogLevel.Error, Message = "The sign-up as {Handle} could not be undone yet")]
        public static partial void NotUndone(ILogger logger, Exception failure, Handle handle);

        [LoggerMessage(Level = LogLevel.Error, Message = "Abandoned sign-ups could not be looked for")]
        public static partial void Failed(ILogger logger, Exception failure);
    }
}
