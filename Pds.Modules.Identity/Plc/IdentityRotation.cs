using AtProto;
using AtProto.Plc;
using Pds.Modules.Identity.Resolution;
using Pds.Modules.Identity.Storage;

namespace Pds.Modules.Identity.Plc;

/// <summary>Changes keys in the DIDs of accounts here, one by one. For the command line; no message reaches it.</summary>
public sealed class IdentityRotation
{
    private const string Prefix = "did:plc:";

    private readonly IdentityStore _store;
    private readonly PlcClient _directory;
    private readonly RotationKey _rotationKey;
    private readonly DidCache _documents;

    internal IdentityRotation(IdentityStore store, PlcClient directory, RotationKey rotationKey, DidCache documents) =>
        (_store, _directory, _rotationKey, _documents) = (store, directory, rotationKey, documents);

    /// <summary>The did:key of this server's rotation key.</summary>
    public string RotationKey => _rotationKey.DidKey;

    /// <summary>Whether the DID is one that this server can change; others are their owners' to change.</summary>
    public static bool IsPlc(Did did) => did.Value.StartsWith(Prefix, StringComparison.Ordinal);

    public async Task<Handle?> FindHandleAsync(Did did, CancellationToken cancellationToken) =>
        (await _store.FindAsync(did, cancellationToken))?.Handle;

    /// <summary>The signing key that the directory has; null when the DID is unknown or ended.</summary>
    public async Task<string?> FindSigningKeyAsync(Did did, CancellationToken cancellationToken) =>
        (await _directory.GetLastAsync(did, cancellationToken))?.Data?.SigningKey;

    /// <summary>Names another signing key. False when this server has no say in the DID.</summary>
    public Task<bool> SetSigningKeyAsync(Did did, string signingKey, CancellationToken cancellationToken) => ChangeAsync(
        did, data => data with { VerificationMethods = data.VerificationMethods.SetItem(PlcData.SigningKeyName, signingKey) }, cancellationToken);

    /// <summary>Lets another key have a say, just before this server's own. False when this server has none.</summary>
    public Task<bool> AddRotationKeyAsync(Did did, string didKey, CancellationToken cancellationToken) => ChangeAsync(
        did,
        data => data.RotationKeys.Contains(didKey)
            ? data
            : data with { RotationKeys = data.RotationKeys.Insert(data.RotationKeys.IndexOf(_rotationKey.DidKey), didKey) },
        cancellationToken);

    /// <summary>Takes the say from another key. False when this server has none.</summary>
    public Task<bool> RemoveRotationKeyAsync(Did did, string didKey, CancellationToken cancellationToken) => ChangeAsync(
        did, data => data.RotationKeys.Contains(didKey) ? data with { RotationKeys = data.RotationKeys.Remove(didKey) } : data, cancellationToken);

    private async Task<bool> ChangeAsync(Did did, Func<PlcData, PlcData> change, CancellationToken cancellationToken)
    {
        if (!IsPlc(did) || await _directory.GetLastAsync(did, cancellationToken) is not { Data: { } data } last
            || !data.RotationKeys.Contains(_rotationKey.DidKey))
        {
            return false;
        }

        var changed = change(data);
        if (!ReferenceEquals(changed, data))
        {
            await _directory.SubmitAsync(did, PlcOperation.Update(changed, last.Cid).Sign(_rotationKey.Key), cancellationToken);
            await _documents.ForgetAsync(did);
        }

        return true;
    }
}
