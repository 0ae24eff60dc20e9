using System.Collections.Concurrent;
using System.Text;
using AtProto;
using Pds.Xrpc;

namespace Pds.Modules.Identity.Resolution;

/// <summary>
/// Keeps in Redis, for every replica, whose a handle of elsewhere was found to be: answered as it is for five minutes, then
/// answered and looked up anew behind the answer, no longer used after an hour. That a handle is nobody's is not kept. Where
/// it decides who may have a handle, the <see cref="HandleResolver"/> is asked instead.
/// </summary>
public sealed class HandleCache(HandleResolver resolver, SharedCache shared, TimeProvider time)
{
    private static readonly TimeSpan StaleAfter = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan DropAfter = TimeSpan.FromHours(1);

    private static readonly CacheCounter Counter = new("handle");

    private readonly ConcurrentDictionary<Handle, Lazy<Task<Did?>>> _underway = new();

    /// <summary>The DID; null when the handle does not resolve.</summary>
    /// <param name="fresh">Passes by the cache, and renews it.</param>
    public async Task<Did?> ResolveAsync(Handle handle, bool fresh, CancellationToken cancellationToken)
    {
        if (!fresh && await shared.FindAsync(KeyOf(handle)) is var (content, at)
            && Did.TryParse(Encoding.ASCII.GetString(content), out var did))
        {
            var age = time.GetUtcNow() - at;
            if (age >= StaleAfter && age < DropAfter)
            {
                _ = LookUpOnceAsync(handle);
            }

            if (age < DropAfter)
            {
                Counter.Count(true);
                return did;
            }
        }

        Counter.Count(false);
        return await LookUpOnceAsync(handle).WaitAsync(cancellationToken);
    }

    /// <summary>Looks up, together with whoever else wants the same just now.</summary>
    private Task<Did?> LookUpOnceAsync(Handle handle) => _underway.GetOrAdd(handle, key => new(async () =>
    {
        try
        {
            return await LookUpAsync(key);
        }
        finally
        {
            _underway.TryRemove(key, out _);
        }
    })).Value;

    // Not cancelled with the request: others may wait for the same, and the resolver has a limit of its own.
    private async Task<Did?> LookUpAsync(Handle handle)
    {
        var found = await resolver.ResolveAsync(handle, CancellationToken.None);
        await (found is { } did
            ? shared.SetAsync(KeyOf(handle), Encoding.ASCII.GetBytes(did.Value), time.GetUtcNow(), DropAfter)
            : shared.RemoveAsync(KeyOf(handle)));
        return found;
    }

    private static string KeyOf(Handle handle) => $"identity:handle:{handle}";
}
