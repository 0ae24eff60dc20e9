using System.Collections.Concurrent;

namespace Pds.Modules.Auth.OAuth.Tokens;

/// <summary>
/// The sessions that ended or were refreshed while tokens of them may still be about. Ids and numbers only, each kept for
/// the life of an access token.
/// </summary>
internal sealed class RevocationMemory(TimeProvider time)
{
    // A token that was under way when its session ended may be a little younger than that.
    private static readonly TimeSpan Kept = AccessToken.Lifetime + TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<string, DateTimeOffset> _revoked = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, (int Generation, DateTimeOffset At)> _refreshed = new(StringComparer.Ordinal);

    public bool IsRevoked(AccessToken token) =>
        _revoked.ContainsKey(token.SessionId)
        || (_refreshed.TryGetValue(token.SessionId, out var refreshed) && token.Generation < refreshed.Generation);

    public void Revoke(string sessionId) => _revoked.TryAdd(sessionId, time.GetUtcNow());

    public void Supersede(string sessionId, int generation) => _refreshed.AddOrUpdate(
        sessionId,
        static (_, fact) => fact,
        static (_, known, fact) => fact.Generation > known.Generation ? fact : known,
        (Generation: generation, At: time.GetUtcNow()));

    /// <summary>Forgets what no token can ask for any more.</summary>
    public void Prune()
    {
        var limit = time.GetUtcNow() - Kept;
        foreach (var entry in _revoked)
        {
            if (entry.Value < limit)
            {
                _revoked.TryRemove(entry);
            }
        }

        foreach (var entry in _refreshed)
        {
            if (entry.Value.At < limit)
            {
                _refreshed.TryRemove(entry);
            }
        }
    }
}
