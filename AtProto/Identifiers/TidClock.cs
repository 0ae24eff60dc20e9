using System.Security.Cryptography;

namespace AtProto;

/// <summary>
/// Makes TIDs that rise strictly, from any number of threads, also when the clock of the machine stands still or goes back.
/// Source: atproto specification, "Timestamp Identifiers".
/// </summary>
/// <param name="time">The clock.</param>
public sealed class TidClock(TimeProvider time)
{
    private const int ClockIds = 1024;

    private int _clockId = RandomNumberGenerator.GetInt32(ClockIds);
    private long _last;

    /// <summary>
    /// Sets the number of this clock, which is random until then. Two clocks of different numbers never make the same TID.
    /// </summary>
    /// <param name="clockId">From 0 to 1023.</param>
    /// <exception cref="ArgumentOutOfRangeException">A TID has no room for it.</exception>
    public void Identify(int clockId)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(clockId);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(clockId, ClockIds);
        Volatile.Write(ref _clockId, clockId);
    }

    /// <summary>The next TID, greater than all that this method gave before.</summary>
    public Tid Next()
    {
        var now = (time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
        while (true)
        {
            var last = Volatile.Read(ref _last);
            var next = Math.Max(now, last + 1);
            if (Interlocked.CompareExchange(ref _last, next, last) == last)
            {
                return Tid.FromMicroseconds(next, _clockId);
            }
        }
    }

    /// <summary>
    /// The next TID, or the one a microsecond behind another when that lies in the future. The clock itself stays in the
    /// present then: a repository whose revisions run ahead takes no other along.
    /// </summary>
    /// <param name="after">For instance the repository's last revision.</param>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="after"/> is the last microsecond that a TID can name.</exception>
    public Tid Next(Tid after)
    {
        var next = Next();
        return next > after ? next : Tid.FromMicroseconds(after.Microseconds + 1, _clockId);
    }
}
