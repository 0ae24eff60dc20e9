using AtProto;
using AtProto.Crypto;
using AtProto.Plc;
using Pds.Modules.Identity.Resolution;
using Pds.Modules.Identity.Storage;
using Pds.Xrpc;

namespace Pds.Modules.Identity.Plc;

/// <summary>Gives owners rotation keys of their own, and takes rotation keys away, by operations that this server signs.</summary>
public sealed class RotationKeyChanges(
    PlcClient directory, RotationKey rotationKey, RotationKeyStore own, DidCache documents, IdentityOptions options)
{
    /// <summary>As many as the specification has; the directory takes a few more.</summary>
    public const int MostKeys = 5;

    /// <summary>Whether this is a key that the directory takes: a did:key of P-256 or secp256k1.</summary>
    public static bool IsKey(string text) => PublicKey.TryParseDidKey(text, out _);

    /// <summary>The operation, signed, that adds a key: below those that are the owner's already, above all others.</summary>
    /// <exception cref="XrpcException"><c>InvalidRequest</c>.</exception>
    public async Task<PlcOperation> PrepareAdditionAsync(Did did, string key, CancellationToken cancellationToken)
    {
        if (!IsKey(key))
        {
            throw XrpcErrors.InvalidRequest("recoveryKey must be a did:key of P-256 or secp256k1");
        }

        var (last, data) = await GetLastAsync(did, cancellationToken);
        if (data.RotationKeys.Contains(key))
        {
            throw XrpcErrors.InvalidRequest("The key is a rotation key of this DID already");
        }

        if (data.RotationKeys.Length >= MostKeys)
        {
            throw XrpcErrors.InvalidRequest($"A DID has {MostKeys} rotation keys at most");
        }

        var known = await own.ListAsync(did, cancellationToken);
        var place = 0;
        while (place < data.RotationKeys.Length && known.Contains(data.RotationKeys[place]))
        {
            place++;
        }

        return Sign(last, data with { RotationKeys = data.RotationKeys.Insert(place, key) });
    }

    /// <summary>The operation, signed, that takes a key away.</summary>
    /// <exception cref="XrpcException"><c>InvalidRequest</c>.</exception>
    public async Task<PlcOperation> PrepareRemovalAsync(Did did, string key, CancellationToken cancellationToken)
    {
        if (key == rotationKey.DidKey || key == options.RecoveryKey)
        {
            throw XrpcErrors.InvalidRequest("The keys of the server stay as long as the account lives here");
        }

        var (last, data) = await GetLastAsync(did, cancellationToken);
        return data.RotationKeys.Contains(key)
            ? Sign(last, data with { RotationKeys = [.. data.RotationKeys.Where(listed => listed != key)] })
            : throw XrpcErrors.InvalidRequest("The key is no rotation key of this DID");
    }

    /// <summary>Sends an operation, and notes whose the key is.</summary>
    /// <param name="isAdded">False when it was taken away.</param>
    public async Task SubmitAsync(Did did, PlcOperation operation, string key, bool isAdded, CancellationToken cancellationToken)
    {
        await directory.SubmitAsync(did, operation, cancellationToken);
        await documents.ForgetAsync(did);
        await (isAdded ? own.AddAsync(did, key, cancellationToken) : own.RemoveAsync(did, key, cancellationToken));
    }

    private async Task<(PlcOperation Last, PlcData Data)> GetLastAsync(Did did, CancellationToken cancellationToken)
    {
        if (!did.Value.StartsWith("did:plc:", StringComparison.Ordinal))
        {
            throw XrpcErrors.InvalidRequest("Only a did:plc has rotation keys");
        }

        var last = await directory.GetLastAsync(did, cancellationToken) ?? throw XrpcErrors.InvalidRequest("Could not resolve DID");
        var data = last.Data ?? throw XrpcErrors.InvalidRequest("Did is tombstoned");
        return data.RotationKeys.Contains(rotationKey.DidKey)
            ? (last, data)
            : throw XrpcErrors.InvalidRequest("Rotation keys do not include server's rotation key");
    }

    private PlcOperation Sign(PlcOperation last, PlcData data) => PlcOperation.Update(data, last.Cid).Sign(rotationKey.Key);
}
