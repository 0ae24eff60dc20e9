using AtProto;
using AtProto.Identity;
using Pds.Modules.Identity.Plc;
using Pds.Xrpc;

namespace Pds.Modules.Identity.Resolution;

/// <summary>Looks whether a DID leads the network to this server.</summary>
public sealed class Hosting(PlcClient directory, DidCache documents, RotationKey rotationKey, ServiceOptions service)
{
    /// <summary>What is wrong with the DID, in words; null when nothing is. Nothing cached is believed, and the cache is renewed.</summary>
    /// <exception cref="XrpcException"><c>UpstreamFailure</c>: the place where the DID is kept did not answer.</exception>
    public Task<string?> FindProblemAsync(Did did, string signingKey, CancellationToken cancellationToken) =>
        did.Value.StartsWith("did:plc:", StringComparison.Ordinal)
            ? FindPlcProblemAsync(did, signingKey, cancellationToken)
            : FindDocumentProblemAsync(did, signingKey, cancellationToken);

    private async Task<string?> FindPlcProblemAsync(Did did, string signingKey, CancellationToken cancellationToken)
    {
        await documents.ForgetAsync(did);
        var last = await directory.GetLastAsync(did, cancellationToken);
        if (last is null)
        {
            return "Could not resolve DID";
        }

        return last.Data is not { } data ? "Did is tombstoned"
            : !data.RotationKeys.Contains(rotationKey.DidKey) ? "Server rotation key not included in PLC DID data"
            : Compare(data.PersonalDataServer?.Endpoint, data.SigningKey, signingKey);
    }

    private async Task<string?> FindDocumentProblemAsync(Did did, string signingKey, CancellationToken cancellationToken)
    {
        var json = await documents.GetAsync(did, fresh: true, cancellationToken);
        return DidDocument.TryParse(json, out var document)
            ? Compare(document.PdsEndpoint, document.SigningKey?.ToDidKey(), signingKey)
            : "Could not resolve DID";
    }

    private string? Compare(string? endpoint, string? key, string signingKey) =>
        endpoint != service.PublicUrl ? "DID document atproto_pds service endpoint does not match PDS public url"
        : key != signingKey ? "DID document verification method does not match expected signing key"
        : null;
}
