using Pds.Contracts.Identity;
using Pds.Modules.Identity.Handles;

namespace Pds.Modules.Identity.Handlers;

public static class CheckNewHandleHandler
{
    public static async Task<CheckedHandle> HandleAsync(
        CheckNewHandle query, HandleRules rules, CancellationToken cancellationToken) =>
        new(await rules.CheckAsync(query.Handle, query.Did, cancellationToken));
}
