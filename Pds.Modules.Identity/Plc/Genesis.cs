using AtProto;
using AtProto.Plc;
using Pds.Xrpc;

namespace Pds.Modules.Identity.Plc;

/// <summary>Makes the first operation of a new account's DID.</summary>
public sealed class Genesis(RotationKey rotationKey, IdentityOptions options, ServiceOptions service)
{
    /// <summary>The rotation keys of an account whose owner brings none: the operator's recovery key, this server's.</summary>
    public string[] OwnKeys { get; } = [.. new[] { options.RecoveryKey, rotationKey.DidKey }.OfType<string>().Distinct()];

    /// <summary>The operation, signed. Authority over the DID: the owner's recovery key, the operator's, this server's.</summary>
    public PlcOperation Create(Handle handle, string signingKey, string? recoveryKey)
    {
        string[] rotationKeys = [.. new[] { recoveryKey }.OfType<string>().Concat(OwnKeys).Distinct()];
        return PlcOperation
            .Genesis(PlcData.ForAccount(handle, signingKey, service.PublicUrl, rotationKeys))
            .Sign(rotationKey.Key);
    }
}
