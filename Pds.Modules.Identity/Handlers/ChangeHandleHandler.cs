using Pds.Contracts.Identity;
using Pds.Modules.Identity.Handles;

namespace Pds.Modules.Identity.Handlers;

public static class ChangeHandleHandler
{
    public static async Task<CheckedHandle> HandleAsync(
        ChangeHandle command, HandleChange change, CancellationToken cancellationToken) =>
        new(await change.ApplyAsync(command.Did, command.Handle, cancellationToken, command.AllowsAnyWord));
}
