using AtProto;
using Microsoft.Extensions.Caching.Memory;

namespace Pds.Modules.Repo.Keys;

/// <summary>
/// Knows by which stored key a repository signs, and remembers it for a few seconds: an app at work asks for one token after
/// another. A repository keeps its key for as long as it lives; another process learns of its end within those seconds.
/// </summary>
internal sealed class RepositoryKeys(KeyStore store) : IDisposable
{
    private static readonly TimeSpan Kept = TimeSpan.FromSeconds(10);

    private readonly MemoryCache _known = new(new MemoryCacheOptions { SizeLimit = 8192 });

    /// <summary>Null where there is no repository, which is not remembered.</summary>
    public ValueTask<StoredKey?> FindAsync(Did did, CancellationToken cancellationToken) =>
        _known.TryGetValue(did, out StoredKey? known) ? new(known) : new(ReadAsync(did, cancellationToken));

    /// <summary>For when the repository comes or goes.</summary>
    public void Forget(Did did) => _known.Remove(did);

    public void Dispose() => _known.Dispose();

    private async Task<StoredKey?> ReadAsync(Did did, CancellationToken cancellationToken) =>
        await store.FindOfRepositoryAsync(did, cancellationToken) is { } stored
            ? _known.Set(did, stored, new MemoryCacheEntryOptions { Size = 1, AbsoluteExpirationRelativeToNow = Kept })
            : null;
}
