namespace Pds.Xrpc;

/// <summary>What one key has spent in one window: here and not told yet, and as the replicas last agreed.</summary>
internal sealed class RateLimitCounter
{
    private readonly Lazy<Task> _known;
    private long _untold;
    private long _agreed;

    /// <param name="endsAt">Milliseconds since 1970.</param>
    /// <param name="ask">What the replicas have agreed on before this one saw the key; null where there are no others.</param>
    public RateLimitCounter(long endsAt, Func<Task<long>>? ask)
    {
        EndsAt = endsAt;
        _known = new Lazy<Task>(() => ask is null ? Task.CompletedTask : LearnAsync(ask));
    }

    /// <summary>Milliseconds since 1970.</summary>
    public long EndsAt { get; }

    /// <summary>Completes when it is known what others have spent before.</summary>
    public Task Known => _known.Value;

    public bool IsUntold => Volatile.Read(ref _untold) > 0;

    /// <summary>Spends points; answered with all that is spent.</summary>
    public long Spend(int points) => Interlocked.Add(ref _untold, points) + Volatile.Read(ref _agreed);

    /// <summary>What is to be told now; tell <see cref="Agree"/> what came of it.</summary>
    public long Untold => Volatile.Read(ref _untold);

    /// <param name="told">What was told.</param>
    /// <param name="total">What all replicas have spent with it.</param>
    public void Agree(long told, long total)
    {
        // A Redis that lost its memory knows less than this process. In between an observer sees a few points twice, never too few.
        Volatile.Write(ref _agreed, Math.Max(total, Volatile.Read(ref _agreed) + told));
        Interlocked.Add(ref _untold, -told);
    }

    private async Task LearnAsync(Func<Task<long>> ask) => Agree(0, await ask());
}
