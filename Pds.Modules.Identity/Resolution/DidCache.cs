using System.Collections.Concurrent;
using AtProto;
using Microsoft.Extensions.Caching.Memory;
using Microsoft.Extensions.Logging;
using Pds.Xrpc;

namespace Pds.Modules.Identity.Resolution;

/// <summary>
/// Keeps DID documents: the latest in memory, all in Redis for every replica. A fresh one is answered as it is, a stale one is
/// answered and fetched anew behind the answer, an old one is not used.
/// </summary>
public sealed partial class DidCache : IDisposable
{
    // How long this process may not notice that another fetched a newer document, should the news of it be lost.
    private static readonly TimeSpan MemoryTrusted = TimeSpan.FromMinutes(1);

    private static readonly CacheCounter Counter = new("did");

    private readonly MemoryCache _memory = new(new MemoryCacheOptions { SizeLimit = 16 << 20 });
    private readonly ConcurrentDictionary<Did, Lazy<Task<byte[]?>>> _underway = new();
    private readonly DidResolver _resolver;
    private readonly SharedCache _shared;
    private readonly DidNews _news;
    private readonly IdentityOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<DidCache> _log;

    public DidCache(
        DidResolver resolver, SharedCache shared, DidNews news, IdentityOptions options, TimeProvider time, ILogger<DidCache> log)
    {
        (_resolver, _shared, _news, _options, _time, _log) = (resolver, shared, news, options, time, log);
        news.Heard += Drop;
    }

    /// <summary>The document as it was received; null when there is none.</summary>
    /// <param name="fresh">Fetches it now.</param>
    /// <exception cref="XrpcException">There is none in the cache, and the place where it is kept did not answer.</exception>
    public async Task<byte[]?> GetAsync(Did did, bool fresh, CancellationToken cancellationToken)
    {
        if (fresh)
        {
            var json = await FetchAsync(did).WaitAsync(cancellationToken);
            _news.Tell(did);
            return json;
        }

        if (await FindAsync(did) is { } entry)
        {
            var age = _time.GetUtcNow() - entry.FetchedAt;
            Counter.Count(age < _options.CacheDropAfter);
            if (age < _options.CacheStaleAfter)
            {
                return entry.Json;
            }

            if (age < _options.CacheDropAfter)
            {
                _ = RefreshBehindAsync(did);
                return entry.Json;
            }
        }
        else
        {
            Counter.Count(false);
        }

        return await FetchOnceAsync(did).WaitAsync(cancellationToken);
    }

    /// <summary>Drops a document that is known to have changed, here and in the other processes.</summary>
    public async Task ForgetAsync(Did did)
    {
        Drop(did);
        await _shared.RemoveAsync(KeyOf(did));
        _news.Tell(did);
    }

    public void Dispose()
    {
        _news.Heard -= Drop;
        _memory.Dispose();
    }

    private void Drop(Did did) => _memory.Remove(did);

    private async Task RefreshBehindAsync(Did did)
    {
        try
        {
            await FetchOnceAsync(did);
        }
        catch (XrpcException failure)
        {
            Log.RefreshFailed(_log, did, failure.Message);
        }
    }

    /// <summary>Fetches, together with whoever else wants the same just now.</summary>
    private Task<byte[]?> FetchOnceAsync(Did did) => _underway.GetOrAdd(did, key => new(async () =>
    {
        try
        {
            return await FetchAsync(key);
        }
        finally
        {
            _underway.TryRemove(key, out _);
        }
    })).Value;

    // Not cancelled with the request: others may wait for the same document, and the fetch has a limit of its own.
    private async Task<byte[]?> FetchAsync(Did did)
    {
        var json = await _resolver.FetchAsync(did, CancellationToken.None);
        if (json is null)
        {
            _memory.Remove(did);
            await _shared.RemoveAsync(KeyOf(did));
            return null;
        }

        var now = _time.GetUtcNow();
        Keep(did, new Entry(json, FetchedAt: now, SeenAt: now));
        await _shared.SetAsync(KeyOf(did), json, now, _options.CacheDropAfter);
        return json;
    }

    private async Task<Entry?> FindAsync(Did did)
    {
        var now = _time.GetUtcNow();
        var known = _memory.Get<Entry>(did);
        if (known is not null && now - known.SeenAt < MemoryTrusted)
        {
            return known;
        }

        if (await _shared.FindAsync(KeyOf(did)) is var (json, at) && (known is null || at >= known.FetchedAt))
        {
            known = new Entry(json, at, now);
            Keep(did, known);
        }

        return known;
    }

    private void Keep(Did did, Entry entry) =>
        _memory.Set(did, entry, new MemoryCacheEntryOptions { Size = entry.Json.Length + 256 });

    private static string KeyOf(Did did) => $"identity:did:{did}";

    private sealed record Entry(byte[] Json, DateTimeOffset FetchedAt, DateTimeOffset SeenAt);

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "DID document of {Did} could not be refreshed: {Reason}")]
        public static partial void RefreshFailed(ILogger logger, Did did, string reason);
    }
}
