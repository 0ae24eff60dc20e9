using AtProto;
using Pds.Contracts.Identity;
using Pds.Modules.Identity.Resolution;
using Pds.Modules.Identity.Storage;

namespace Pds.Modules.Identity.Handlers;

public static class SetIdentityStatusHandler
{
    /// <summary>A deleted account's DID and handle are free at once, and nothing is kept of it.</summary>
    public static async Task HandleAsync(
        SetIdentityStatus command, IdentityStore identities, DidCache documents, CancellationToken cancellationToken)
    {
        if (command.Status != AccountStatus.Deleted)
        {
            await identities.SetStatusAsync(command.Did, command.Status, cancellationToken);
            return;
        }

        await identities.RemoveAsync(command.Did, cancellationToken);
        await documents.ForgetAsync(command.Did);
    }
}
