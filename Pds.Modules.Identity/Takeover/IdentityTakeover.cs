using AtProto;
using AtProto.Identity;
using Pds.Modules.Identity.Resolution;
using Pds.Modules.Identity.Storage;
using Pds.Xrpc;

namespace Pds.Modules.Identity.Takeover;

/// <summary>Takes over the names of a reference server's accounts. For the command line; no message reaches it.</summary>
public sealed class IdentityTakeover
{
    private readonly IdentityStore _store;
    private readonly DidResolver _resolver;
    private readonly ServiceOptions _service;

    internal IdentityTakeover(IdentityStore store, DidResolver resolver, ServiceOptions service) =>
        (_store, _resolver, _service) = (store, resolver, service);

    /// <summary>Adds an identity; one that is here already is left as it is.</summary>
    /// <exception cref="InvalidOperationException">Another account has the handle.</exception>
    public async Task AddAsync(Did did, Handle handle, AccountStatus status, CancellationToken cancellationToken)
    {
        if (!await _store.TryAddAsync(did, handle, status, null, cancellationToken)
            && await _store.FindAsync(did, cancellationToken) is null)
        {
            throw new InvalidOperationException($"Another account has the handle {handle}.");
        }
    }

    /// <summary>
    /// What the DID document says that is not so here, in words; null when it names this server and the key that signs here.
    /// </summary>
    /// <param name="signingKey">The did:key that the account signs with here.</param>
    public async Task<string?> CompareDocumentAsync(Did did, string signingKey, CancellationToken cancellationToken)
    {
        try
        {
            if (await _resolver.FetchAsync(did, cancellationToken) is not { } json)
            {
                return "there is no DID document";
            }

            var document = DidDocument.Parse(json);
            return document.SigningKey?.ToDidKey() != signingKey ? "the DID document names another signing key"
                : document.PdsEndpoint?.TrimEnd('/') != _service.PublicUrl.TrimEnd('/') ? $"the DID document names the server {document.PdsEndpoint}"
                : null;
        }
        catch (XrpcException failure)
        {
            return failure.Message;
        }
    }
}
