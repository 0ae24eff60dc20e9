using AtProto;
using Pds.Contracts.Identity;
using Pds.Modules.Identity.Storage;

namespace Pds.Modules.Identity.Handlers;

public static class SetIdentityStatusHandler
{
    /// <summary>A deleted account's DID and handle are free at once.</summary>
    public static Task HandleAsync(SetIdentityStatus command, IdentityStore identities, CancellationToken cancellationToken) =>
        command.Status == AccountStatus.Deleted
            ? identities.RemoveAsync(command.Did, cancellationToken)
            : identities.SetStatusAsync(command.Did, command.Status, cancellationToken);
}
