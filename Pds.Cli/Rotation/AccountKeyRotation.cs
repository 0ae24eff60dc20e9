using AtProto;
using Pds.Modules.Identity.Plc;
using Pds.Modules.Repo.Keys;

namespace Pds.Cli.Rotation;

/// <summary>
/// Gives an account another signing key: made and stored first, then named in the directory, then used. Cut off in between, the
/// next run finds the directory naming a key that is stored here, and uses it.
/// </summary>
internal sealed class AccountKeyRotation(KeyRotation keys, IdentityRotation identities)
{
    /// <returns>Null when it is done, else why not.</returns>
    public async Task<string?> RotateAsync(Did did, CancellationToken cancellationToken)
    {
        if (!IdentityRotation.IsPlc(did))
        {
            return "its DID is not in the directory: its owner has to name the key that it is to have";
        }

        if (await keys.FindAsync(did, cancellationToken) is not { } current)
        {
            return "there is no such repository";
        }

        var named = await identities.FindSigningKeyAsync(did, cancellationToken);
        if (named != current)
        {
            if (named is null || !await keys.IsStoredAsync(named, cancellationToken))
            {
                return $"the directory names another key, {named ?? "none"}";
            }
        }
        else
        {
            named = await keys.PrepareAsync(did, cancellationToken);
            if (!await identities.SetSigningKeyAsync(did, named, cancellationToken))
            {
                return "this server has no say in its DID: its owner has to change it";
            }
        }

        await keys.UseAsync(did, named, await identities.FindHandleAsync(did, cancellationToken), cancellationToken);
        return null;
    }
}
