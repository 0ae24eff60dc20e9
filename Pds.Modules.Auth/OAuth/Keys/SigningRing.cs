namespace Pds.Modules.Auth.OAuth.Keys;

/// <summary>The keys of access tokens as the command line needs them.</summary>
public sealed class SigningRing
{
    private readonly KeyRing _ring;

    internal SigningRing(KeyRing ring) => _ring = ring;

    /// <summary>Publishes a new key, unless one is on its way; tells its id and when it begins to sign.</summary>
    public async Task<(string Kid, DateTimeOffset ActiveFrom)> RotateAsync(CancellationToken cancellationToken)
    {
        await _ring.RotateAsync(cancellationToken);
        return (_ring.Keys[0].Kid, _ring.Keys[0].ActiveFrom);
    }
}
