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
public sealed partial class DidCache(
    DidResolver resolver, SharedCache shared, IdentityOptions options, TimeProvider time, ILogger<DidCache> logger)
    : IDisposable
{
    // How long this process may not notice that another fetched a newer document.
    private static readonly TimeSpan MemoryTrusted = TimeSpan.FromMinutes(1);

    private readonly MemoryCache _memory = new(new MemoryCacheOptions { SizeLimit = 16 << 20 });
    private readonly ConcurrentDictionary<Did, Lazy<Task<byte[]?>>> _underway = new();

    /// <summary>The document as it was received; null when there is none.</summary>
    /// <param name="fresh">Fetches it now.</param>
    /// <exception cref="XrpcException">There is none in the cache, and the place where it is kept did not answer.</exception>
    public async Task<byte[]?> GetAsync(Did did, bool fresh, CancellationToken cancellationToken)
    {
        if (fresh)
        {
            return await FetchAsync(did).WaitAsync(cancellationToken);
        }

        if (await FindAsync(did) is { } entry)
        {
            var age = time.GetUtcNow() - entry.FetchedAt;
            if (age < options.CacheStaleAfter)
            {
                return entry.Json;
            }

            if (age < options.CacheDropAfter)
            {
                _ = RefreshBehindAsync(did);
                return entry.Json;
            }
        }

        return await FetchOnceAsync(did).WaitAsync(cancellationToken);
    }

    /// <summary>Drops a document that is known to have changed; other processes notice within a minute.</summary>
    public Task ForgetAsync(Did did)
    {
        _memory.Remove(did);
        return shared.RemoveAsync(KeyOf(did));
    }

    public void Dispose() => _memory.Dispose();

    private async Task RefreshBehindAsync(Did did)
    {
        try
        {
            await FetchOnceAsync(did);
        }
        catch (XrpcException failure)
        {
            Log.RefreshFailed(logger, did, failure.Message);
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
        var json = await resolver.FetchAsync(did, CancellationToken.None);
        if (json is null)
        {
            _memory.Remove(did);
            await shared.RemoveAsync(KeyOf(did));
            return null;
        }

        var now = time.GetUtcNow();
        Keep(did, new Entry(json, FetchedAt: now, SeenAt: now));
        await shared.SetAsync(KeyOf(did), json, now, options.CacheDropAfter);
        return json;
    }

    private async Task<Entry?> FindAsync(Did did)
    {
        var now = time.GetUtcNow();
        var known = _memory.Get<Entry>(did);
        if (known is not null && now - known.SeenAt < MemoryTrusted)
        {
            return known;
        }

        if (await shared.FindAsync(KeyOf(did)) is var (json, at) && (known is null || at >= known.FetchedAt))
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
