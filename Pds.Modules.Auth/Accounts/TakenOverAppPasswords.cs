using AtProto;
using Pds.Modules.Auth.Storage;

namespace Pds.Modules.Auth.Accounts;

/// <summary>App passwords that came with an account from a reference server. Each is hashed our way when it is first used.</summary>
internal sealed class TakenOverAppPasswords(AppPasswordStore store, PasswordHasher passwords)
{
    /// <summary>The app password that was typed; null when it is none, or one of our own.</summary>
    public async Task<AppPassword?> FindAsync(Did did, string password, CancellationToken cancellationToken)
    {
        if (!AppPassword.IsForm(password) || !await store.HasTakenOverAsync(did, cancellationToken))
        {
            return null;
        }

        var hash = await passwords.HashTakenOverAsync(did, password, cancellationToken);
        return await store.ReplaceHashAsync(did, hash, AppPassword.Hash(password), cancellationToken);
    }
}
