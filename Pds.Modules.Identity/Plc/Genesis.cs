using AtProto;
using AtProto.Plc;
using Pds.Xrpc;

namespace Pds.Modules.Identity.Plc;

/// <summary>Makes the first operation of a new account's DID.</summary>
public sealed class Genesis(RotationKey rotationKey, IdentityOptions options, ServiceOptions service)
{
    /// <summary>The operation, signed. Authority over the DID: the owner's recovery key, the operator's, this server's.</summary>
    public PlcOperation Create(Handle handle, string signingKey, string? recoveryKey)
    {
        string[] rotationKeys = [.. new[] { recoveryKey, options.RecoveryKey, rotationKey.DidKey }.OfType<string>().Distinct()];
        return PlcOperation
            .Genesis(PlcData.ForAccount(handle, signingKey, service.PublicUrl, rotationKeys))
            .Sign(rotationKey.Key);
    }
}
