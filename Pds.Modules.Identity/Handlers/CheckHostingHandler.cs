using Pds.Contracts.Identity;
using Pds.Modules.Identity.Resolution;

namespace Pds.Modules.Identity.Handlers;

public static class CheckHostingHandler
{
    public static async Task<HostingCheck> HandleAsync(CheckHosting query, Hosting hosting, CancellationToken cancellationToken) =>
        new(await hosting.FindProblemAsync(query.Did, query.SigningKey, cancellationToken));
}
