using System.Collections.Concurrent;
using AtProto;
using AtProto.Lexicons;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Logging;
using Pds.Modules.Identity.Resolution;
using Pds.Xrpc;

namespace Pds.Modules.Identity.Lexicons;

/// <summary>
/// Keeps lexicons, in memory and for every replica. After five minutes one is looked up again behind the answer; when that
/// fails, the old one stays. Those that ship with this server stand in where none was ever had.
/// </summary>
public sealed partial class LexiconCache(
    LexiconResolver resolver, SharedCache shared, TimeProvider time, ILogger<LexiconCache> logger) : IDisposable
{
    private static readonly TimeSpan RefreshAfter = TimeSpan.FromMinutes(5);

    // How long that there is none is believed; and how long this process may not notice what another found.
    private static readonly TimeSpan AbsenceTrusted = TimeSpan.FromMinutes(1);

    // Past this, whoever asks waits for the look-up.
    private static readonly TimeSpan UnawaitedUntil = TimeSpan.FromDays(1);
    private static readonly TimeSpan Kept = TimeSpan.FromDays(90);

    private static readonly CacheCounter Counter = new("lexicon");

    private readonly MemoryCache _memory = new(new MemoryCacheOptions { SizeLimit = 16 << 20 });
    private readonly ConcurrentDictionary<Nsid, Lazy<Task<PublishedLexicon?>>> _underway = new();

    /// <summary>The document; null when there is none to be had.</summary>
    /// <param name="fresh">Looks it up now.</param>
    public async Task<PublishedLexicon?> GetAsync(Nsid id, bool fresh, CancellationToken cancellationToken)
    {
        if (!fresh && await FindAsync(id) is { } entry)
        {
            var age = time.GetUtcNow() - entry.CheckedAt;
            if (age < (entry.Lexicon is null ? AbsenceTrusted : RefreshAfter))
            {
                Counter.Count(true);
                return entry.Lexicon;
            }

            if (entry.Lexicon is not null && age < UnawaitedUntil)
            {
                Counter.Count(true);
                _ = RefreshOnceAsync(id);
                return entry.Lexicon;
            }
        }

        Counter.Count(false);
        return await RefreshOnceAsync(id).WaitAsync(cancellationToken);
    }

    public void Dispose() => _memory.Dispose();

    private Task<PublishedLexicon?> RefreshOnceAsync(Nsid id) => _underway.GetOrAdd(id, key => new(async () =>
    {
        try
        {
            return await RefreshAsync(key);
        }
        finally
        {
            _underway.TryRemove(key, out _);
        }
    })).Value;

    // Not cancelled with the request: others may wait for the same document, and each step has a limit of its own.
    private async Task<PublishedLexicon?> RefreshAsync(Nsid id)
    {
        PublishedLexicon? lexicon;
        try
        {
            lexicon = await resolver.FetchAsync(id, CancellationToken.None);
        }
        catch (Exception failure)
        {
            // Whatever it was: what is known stays.
            Log.NotResolved(logger, id, failure.Message);
            lexicon = (await FindAsync(id))?.Lexicon ?? (BundledLexicons.Find(id) is { } json ? new(null, null, json) : null);
        }

        var now = time.GetUtcNow();
        Keep(id, new Entry(lexicon, CheckedAt: now, SeenAt: now));
        await shared.SetAsync(KeyOf(id), lexicon?.ToBytes() ?? [], now, lexicon is null ? AbsenceTrusted : Kept);
        return lexicon;
    }

    private async Task<Entry?> FindAsync(Nsid id)
    {
        var now = time.GetUtcNow();
        var known = _memory.Get<Entry>(id);
        if (known is not null && now - known.SeenAt < AbsenceTrusted)
        {
            return known;
        }

        if (await shared.FindAsync(KeyOf(id)) is var (kept, at) && (known is null || at >= known.CheckedAt))
        {
            known = new Entry(PublishedLexicon.FromBytes(kept), at, now);
            Keep(id, known);
        }

        return known;
    }

    private void Keep(Nsid id, Entry entry) =>
        _memory.Set(id, entry, new MemoryCacheEntryOptions { Size = (entry.Lexicon?.Json.Length ?? 0) + 256 });

    private static string KeyOf(Nsid id) => $"identity:lexicon:2:{id}";

    /// <param name="Lexicon">Null when there is none.</param>
    /// <param name="CheckedAt">When it was looked up last, with or without success.</param>
    private sealed record Entry(PublishedLexicon? Lexicon, DateTimeOffset CheckedAt, DateTimeOffset SeenAt);

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "The lexicon {Id} could not be resolved: {Reason}")]
        public static partial void NotResolved(ILogger logger, Nsid id, string reason);
    }
}
