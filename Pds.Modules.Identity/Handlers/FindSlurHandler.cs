using Pds.Contracts.Identity;
using Pds.Modules.Identity.Handles;

namespace Pds.Modules.Identity.Handlers;

public static class FindSlurHandler
{
    public static Task<FoundSlur> HandleAsync(FindSlur query, SlurFilter slurs, CancellationToken cancellationToken) =>
        Task.FromResult(new FoundSlur(slurs.Contains(query.Name)));
}
