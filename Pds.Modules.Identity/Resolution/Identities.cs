using System.Text.Json;
using AtProto;
using AtProto.Identity;
using AtProto.Plc;
using Pds.Modules.Identity.Handles;
using Pds.Modules.Identity.Plc;
using Pds.Modules.Identity.Storage;
using Pds.Xrpc;

namespace Pds.Modules.Identity.Resolution;

/// <summary>Looks up identities of anywhere, refusing with the names of <c>com.atproto.identity.resolveIdentity</c>.</summary>
public sealed class Identities(
    IdentityStore local, HandleDomains domains, HandleCache handles, DidCache documents, PlcClient directory)
{
    /// <summary>The document as it was received.</summary>
    /// <param name="fresh">Passes by the cache.</param>
    /// <exception cref="XrpcException"><c>DidNotFound</c>, <c>DidDeactivated</c>, or the place where it is kept did not answer.</exception>
    public async Task<byte[]> GetDocumentAsync(Did did, bool fresh, CancellationToken cancellationToken)
    {
        if (await documents.GetAsync(did, fresh, cancellationToken) is { } json)
        {
            return json;
        }

        var isPlc = did.Value.StartsWith("did:plc:", StringComparison.Ordinal);
        throw isPlc && await directory.GetLastAsync(did, cancellationToken) is { Kind: PlcOperationKind.Tombstone }
            ? XrpcErrors.BadRequest("DidDeactivated", $"DID has been deactivated: {did}")
            : XrpcErrors.BadRequest("DidNotFound", $"Could not resolve DID: {did}");
    }

    /// <summary>Document and handle of a DID or of a handle.</summary>
    public async Task<IdentityInfo> ResolveAsync(AtIdentifier identifier, bool fresh, CancellationToken cancellationToken)
    {
        Did? byHandle = null;
        if (identifier.Handle is { } asked)
        {
            byHandle = await FindDidAsync(asked, fresh, cancellationToken)
                ?? throw XrpcErrors.BadRequest("HandleNotFound", $"Unable to resolve handle: {asked}");
        }

        var did = byHandle ?? identifier.Did!.Value;
        var json = await GetDocumentAsync(did, fresh, cancellationToken);
        var claimed = DidDocument.TryParse(json, out var document) ? document.Handle : null;
        var isMutual = claimed is { } handle
            && (byHandle is not null ? handle == identifier.Handle : await FindDidAsync(handle, fresh, cancellationToken) == did);
        return new IdentityInfo(did, isMutual ? claimed!.Value : Handle.Invalid, JsonElement.Parse(json));
    }

    private async Task<Did?> FindDidAsync(Handle handle, bool fresh, CancellationToken cancellationToken) =>
        await local.FindResolvableAsync(handle, cancellationToken)
        ?? (domains.Covers(handle) ? null : await handles.ResolveAsync(handle, fresh, cancellationToken));
}
