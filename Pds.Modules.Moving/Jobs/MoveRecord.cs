using AtProto;
using Npgsql;
using Pds.Modules.Moving.Engine;
using Pds.Modules.Moving.Storage;

namespace Pds.Modules.Moving.Jobs;

/// <summary>Writes down every second how far a run has come, and keeps its move from others meanwhile.</summary>
internal sealed class MoveRecord : IProgress<MoveProgress>, IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly MoveStore _store;
    private readonly MoveSeal _seal;
    private readonly MoveRow _row;
    private readonly CancellationTokenSource _run;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _writing;
    private MoveProgress _progress;

    public MoveRecord(MoveStore store, MoveSeal seal, MoveRow row, MoveSecret secret, CancellationTokenSource run, TimeProvider time)
    {
        (_store, _seal, _row, _run, _time, Secret) = (store, seal, row, run, time, secret);
        _progress = new MoveProgress((MoveStep)row.View.Step, row.View.Done, row.View.Total);
        _writing = WriteAsync();
    }

    public MoveSecret Secret { get; set; }

    public Move? Move { get; set; }

    /// <summary>The sessions of a run before.</summary>
    public MoveSessions? Sessions => Secret.Sessions is { } sessions
        ? new MoveSessions(Did.Parse(sessions.Did), sessions.Account, sessions.Old, sessions.New)
        : null;

    /// <summary>Whether this run has come to another step than the one before.</summary>
    public bool HasAdvanced => Volatile.Read(ref _progress).Step > (MoveStep)_row.View.Step;

    public void Report(MoveProgress value) => Volatile.Write(ref _progress, value);

    /// <summary>The secrets as they are now: answers are good once, sessions are kept.</summary>
    public string Close() => _seal.Close(Secret with
    {
        SignInCode = null,
        PlcToken = null,
        Sessions = Move?.Sessions is { } now ? new SealedSessions(now.Did.Value, now.Account, now.Old, now.New) : Secret.Sessions,
    });

    /// <summary>Writes a last time what is known, and no more.</summary>
    public async Task StopAsync()
    {
        if (!_stop.IsCancellationRequested)
        {
            await _stop.CancelAsync();
            await _writing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await SaveAsync(CancellationToken.None);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _writing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task WriteAsync()
    {
        MoveProgress? written = null;
        var writtenAt = _time.GetTimestamp();
        while (true)
        {
            await Task.Delay(Interval, TimeProvider.System, _stop.Token);
            if (written != Volatile.Read(ref _progress) || _time.GetElapsedTime(writtenAt) > MoveJob.Lease / 4)
            {
                (written, writtenAt) = (Volatile.Read(ref _progress), _time.GetTimestamp());
                if (!await TrySaveAsync())
                {
                    // Given up by the person.
                    await _run.CancelAsync();
                    return;
                }
            }
        }
    }

    private async Task<bool> TrySaveAsync()
    {
        try
        {
            return await SaveAsync(_stop.Token);
        }
        catch (NpgsqlException)
        {
            // The database is away for a moment; the next second says the same.
            return true;
        }
    }

    private Task<bool> SaveAsync(CancellationToken cancellationToken)
    {
        var (step, done, total) = Volatile.Read(ref _progress);
        var now = _time.GetUtcNow();
        return _store.AdvanceAsync(
            _row.Id, (int)step, done, total, Close(), Move?.Sessions?.Did, now + MoveJob.Lease, now, cancellationToken);
    }
}
