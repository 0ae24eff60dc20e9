using AtProto;
using AtProto.Identity;
using AtProto.Plc;
using Pds.Modules.Identity.Plc;
using Pds.Modules.Identity.Resolution;
using Pds.Modules.Identity.Storage;
using Pds.Xrpc;

namespace Pds.Modules.Identity.Handles;

/// <summary>Gives an account another handle: in its DID document first, then here, so that a failure between them is mended by asking again.</summary>
public sealed class HandleChange(
    HandleRules rules, IdentityStore identities, PlcClient directory, RotationKey rotationKey, DidCache documents)
{
    /// <summary>The new handle in lower case, once it is the account's. Its own handle again is fine.</summary>
    /// <param name="typed">As typed.</param>
    /// <param name="allowsAnyWord">Whether reserved and offensive names are fine: for the administrator.</param>
    /// <exception cref="XrpcException">The account may not have it, or its DID could not be brought to say so.</exception>
    public async Task<Handle> ApplyAsync(
        Did did, string typed, CancellationToken cancellationToken, bool allowsAnyWord = false)
    {
        if (await identities.FindAsync(did, cancellationToken) is null)
        {
            throw XrpcErrors.AccountNotFound();
        }

        var handle = await rules.CheckAsync(typed, did, cancellationToken, allowsAnyWord);
        if (did.Value.StartsWith("did:plc:", StringComparison.Ordinal))
        {
            await UpdatePlcAsync(did, handle, cancellationToken);
        }
        else
        {
            await RequireClaimAsync(did, handle, cancellationToken);
        }

        return await identities.TrySetHandleAsync(did, handle, cancellationToken) ? handle : throw HandleRules.Taken(handle);
    }

    private async Task UpdatePlcAsync(Did did, Handle handle, CancellationToken cancellationToken)
    {
        var last = await directory.GetLastAsync(did, cancellationToken) ?? throw XrpcErrors.InvalidRequest("Could not resolve DID");
        var data = last.Data ?? throw XrpcErrors.InvalidRequest("Did is tombstoned");
        if (data.Handle == handle)
        {
            return;
        }

        var update = PlcOperation.Update(data.WithHandle(handle), last.Cid).Sign(rotationKey.Key);
        await directory.SubmitAsync(did, update, cancellationToken);
        await documents.ForgetAsync(did);
    }

    // The owner of a did:web writes the document; all that can be done here is to look.
    private async Task RequireClaimAsync(Did did, Handle handle, CancellationToken cancellationToken)
    {
        var json = await documents.GetAsync(did, fresh: true, cancellationToken);
        if (!DidDocument.TryParse(json, out var document) || document.Handle != handle)
        {
            throw XrpcErrors.InvalidRequest("DID is not properly configured for handle");
        }
    }
}
