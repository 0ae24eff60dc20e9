namespace Pds.Xrpc;

/// <summary>What one key has spent in one window: here and not told yet, and as the replicas last agreed.</summary>
internal sealed class RateLimitCounter(long endsAt)
{
    private long _untold;
    private long _agreed;

    /// <summary>Milliseconds since 1970.</summary>
    public long EndsAt { get; } = endsAt;

    public bool IsUntold => Volatile.Read(ref _untold) > 0;

    /// <summary>Spends points; answered with all that is spent.</summary>
    public long Spend(int points) => Interlocked.Add(ref _untold, points) + Volatile.Read(ref _agreed);

    /// <summary>What is to be told now; tell <see cref="Agree"/> what came of it.</summary>
    public long Untold => Volatile.Read(ref _untold);

    /// <param name="told">What was told.</param>
    /// <param name="total">What all replicas have spent with it.</param>
    public void Agree(long told, long total)
    {
        // In between an observer sees a few points twice, never too few.
        Volatile.Write(ref _agreed, total);
        Interlocked.Add(ref _untold, -told);
    }
}
