using Pds.Contracts.Identity;
using Pds.Modules.Identity.Resolution;

namespace Pds.Modules.Identity.Handlers;

public static class ResolveDidDocumentHandler
{
    public static async Task<ResolvedDid?> HandleAsync(
        ResolveDidDocument query, DidCache documents, CancellationToken cancellationToken) =>
        await documents.GetAsync(query.Did, query.Fresh, cancellationToken) is { } json
            ? new ResolvedDid(query.Did, json)
            : null;
}
