namespace Pds.Modules.Auth.OAuth.Proofs;

/// <summary>The clients' keys met lately, by thumbprint.</summary>
internal sealed class ProofKeys
{
    // Some kilobytes a native key: at most some 50 MB.
    private const int GenerationSize = 8192;

    private readonly BoundedCache<ProofKey> _cache = new(GenerationSize);

    /// <exception cref="OAuthException">The key cannot be used.</exception>
    public ProofKey Get(in ProofJwk jwk)
    {
        Span<char> thumbprint = stackalloc char[ProofJwk.ThumbprintLength];
        if (!jwk.TryWriteThumbprint(thumbprint))
        {
            throw OAuthException.InvalidDpopProof("DPoP jwk is too long");
        }

        if (!_cache.TryGet(thumbprint, out var key))
        {
            key = ProofKey.Import(jwk, thumbprint.ToString());
            _cache.Add(key.Thumbprint, key);
        }

        return key;
    }
}
