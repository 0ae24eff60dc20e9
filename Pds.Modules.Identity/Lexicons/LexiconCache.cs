using System.Collections.Concurrent;
using AtProto;
using AtProto.Lexicons;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Logging;
using Pds.Modules.Identity.Resolution;

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

    private readonly MemoryCache _memory = new(new MemoryCacheOptions { SizeLimit = 16 << 20 });
    private readonly ConcurrentDictionary<Nsid, Lazy<Task<byte[]?>>> _underway = new();

    /// <summary>The document as JSON; null when there is none to be had.</summary>
    /// <param name="fresh">Looks it up now.</param>
    public async Task<byte[]?> GetAsync(Nsid id, bool fresh, CancellationToken cancellationToken)
    {
        if (!fresh && await FindAsync(id) is { } entry)
        {
            var age = time.GetUtcNow() - entry.CheckedAt;
            if (age < (entry.Json.Length == 0 ? AbsenceTrusted : RefreshAfter))
            {
                return entry.Content;
            }

            if (entry.Json.Length > 0 && age < UnawaitedUntil)
            {
                _ = RefreshOnceAsync(id);
                return entry.Content;
            }
        }

        return await RefreshOnceAsync(id).WaitAsync(cancellationToken);
    }

    public void Dispose() => _memory.Dispose();

    private Task<byte[]?> RefreshOnceAsync(Nsid id) => _underway.GetOrAdd(id, key => new(async () =>
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
    private async Task<byte[]?> RefreshAsync(Nsid id)
    {
        byte[]? json;
        try
        {
            json = await resolver.FetchAsync(id, CancellationToken.None);
        }
        catch (Exception failure)
        {
            // Whatever it was: what is known stays.
            Log.NotResolved(logger, id, failure.Message);
            json = (await FindAsync(id))?.Content ?? BundledLexicons.Find(id);
        }

        var now = time.GetUtcNow();
        var entry = new Entry(json ?? [], CheckedAt: now, SeenAt: now);
        Keep(id, entry);
        await shared.SetAsync(KeyOf(id), entry.Json, now, json is null ? AbsenceTrusted : Kept);
        return json;
    }

    private async Task<Entry?> FindAsync(Nsid id)
    {
        var now = time.GetUtcNow();
        var known = _memory.Get<Entry>(id);
        if (known is not null && now - known.SeenAt < AbsenceTrusted)
        {
            return known;
        }

        if (await shared.FindAsync(KeyOf(id)) is var (json, at) && (known is null || at >= known.CheckedAt))
        {
            known = new Entry(json, at, now);
            Keep(id, known);
        }

        return known;
    }

    private void Keep(Nsid id, Entry entry) =>
        _memory.Set(id, entry, new MemoryCacheEntryOptions { Size = entry.Json.Length + 256 });

    private static string KeyOf(Nsid id) => $"identity:lexicon:{id}";

    /// <param name="Json">Empty when there is none.</param>
    /// <param name="CheckedAt">When it was looked up last, with or without success.</param>
    private sealed record Entry(byte[] Json, DateTimeOffset CheckedAt, DateTimeOffset SeenAt)
    {
        public byte[]? Content => Json.Length == 0 ? null : Json;
    }

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "The lexicon {Id} could not be resolved: {Reason}")]
        public static partial void NotResolved(ILogger logger, Nsid id, string reason);
    }
}
