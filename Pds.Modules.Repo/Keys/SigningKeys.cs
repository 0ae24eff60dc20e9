using AtProto;
using AtProto.Crypto;
using Pds.Modules.Repo.Commits;

namespace Pds.Modules.Repo.Keys;

/// <summary>
/// The keys that accounts sign with: P-256 for new ones, whose signature costs a quarter of secp256k1's. Opened keys are
/// kept, for opening one costs several signatures.
/// </summary>
public sealed class SigningKeys
{
    // An opened key takes about 4 kB, most of it the platform's.
    private readonly LruCache<long, PrivateKey> _opened = new(capacity: 8192, static _ => 1);
    private readonly KeyStore _store;
    private readonly KeySealer _sealer;

    internal SigningKeys(KeyStore store, KeySealer sealer) => (_store, _sealer) = (store, sealer);

    /// <summary>Makes a key and stores it; answered with its did:key once it is on disk.</summary>
    /// <param name="did">Whose it shall be; the key that was made for it before is given again.</param>
    public async Task<string> ReserveAsync(Did? did, CancellationToken cancellationToken)
    {
        if (did is { } owner && await _store.FindReservedAsync(owner, cancellationToken) is { } reserved)
        {
            return reserved;
        }

        using var key = PrivateKey.Generate(KeyCurve.P256);
        return await _store.AddAsync(key.PublicKey.ToDidKey(), _sealer.Seal(key), did, cancellationToken);
    }

    /// <summary>Finds a stored key by its public half.</summary>
    internal async Task<(long Id, PrivateKey Key)?> FindAsync(string didKey, CancellationToken cancellationToken) =>
        await _store.FindAsync(didKey, cancellationToken) is { } stored ? (stored.Id, Open(stored)) : null;

    /// <summary>The key, from the cache where it is there. Not to be disposed by the caller.</summary>
    internal PrivateKey Open(StoredKey stored)
    {
        if (!_opened.TryGet(stored.Id, out var key))
        {
            key = _opened.GetOrAdd(stored.Id, _sealer.Open(stored.Sealed, stored.DidKey));
        }

        return key;
    }
}
