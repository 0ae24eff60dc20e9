using AtProto;
using Pds.Contracts.Identity;
using Pds.Modules.Auth.Accounts;
using Pds.Modules.Auth.Storage;
using Wolverine;

namespace Pds.Modules.Auth.SignIn;

/// <summary>Finds the account that a person means.</summary>
internal sealed class LoginFinder(AccountStore accounts)
{
    /// <param name="identifier">A handle, a DID or an e-mail address as typed.</param>
    /// <param name="appPasswordHash">If what was typed may be an app password: its hash.</param>
    public async Task<Login?> FindAsync(
        string identifier, byte[]? appPasswordHash, IMessageBus bus, CancellationToken cancellationToken)
    {
        var typed = identifier.Trim().TrimStart('@');
        var normalized = typed.ToLowerInvariant();
        if (normalized.Contains('@', StringComparison.Ordinal))
        {
            return await accounts.FindLoginAsync(normalized, appPasswordHash, cancellationToken);
        }

        // The part after the method is case-sensitive, such as the port of a did:web.
        if (Did.TryParse(typed, out var did) || Did.TryParse(normalized, out did))
        {
            return await accounts.FindLoginAsync(did, appPasswordHash, cancellationToken);
        }

        return Handle.TryParse(normalized, out var handle)
            && await bus.InvokeAsync<LocalIdentity?>(new FindIdentity(handle), cancellationToken) is { } identity
            ? await accounts.FindLoginAsync(identity.Did, appPasswordHash, cancellationToken)
            : null;
    }
}
