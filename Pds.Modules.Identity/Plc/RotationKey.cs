using AtProto.Crypto;

namespace Pds.Modules.Identity.Plc;

/// <summary>The server's key in the DIDs of its accounts.</summary>
public sealed class RotationKey : IDisposable
{
    public RotationKey(IdentityOptions options)
    {
        Key = PrivateKey.FromBytes(KeyCurve.K256, Convert.FromHexString(options.RotationKey));
        DidKey = Key.PublicKey.ToDidKey();
    }

    public PrivateKey Key { get; }

    public string DidKey { get; }

    public void Dispose() => Key.Dispose();
}
