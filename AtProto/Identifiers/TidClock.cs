using System.Security.Cryptography;

namespace AtProto;

/// <summary>
/// Makes TIDs that rise strictly, from any number of threads, also when the clock of the machine stands still or goes back.
/// </summary>
/// <param name="time">The clock.</param>
public sealed class TidClock(TimeProvider time)
{
    // As the reference draws it: enough to tell the processes of one server apart.
    private readonly int _clockId = RandomNumberGenerator.GetInt32(32);
    private long _last;

    /// <summary>The next TID, greater than all before it.</summary>
    public Tid Next() => Next(default);

    /// <summary>The next TID, greater than all before it and than another.</summary>
    /// <param name="after">For instance the repository's last revision.</param>
    public Tid Next(Tid after)
    {
        var now = (time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
        while (true)
        {
            var last = Volatile.Read(ref _last);
            var next = Math.Max(now, Math.Max(last, after.Microseconds) + 1);
            if (Interlocked.CompareExchange(ref _last, next, last) == last)
            {
                return Tid.FromMicroseconds(next, _clockId);
            }
        }
    }
}
