using AtProto;
using Pds.Contracts.Auth;
using Pds.Modules.Auth.Accounts;
using Pds.Modules.Auth.OAuth.Server;
using Pds.Modules.Auth.OAuth.Sessions;

namespace Pds.Modules.Auth.Takeover;

/// <summary>
/// Takes over the accounts of a reference server with all that lets their owners and apps go on: passwords, app passwords,
/// sessions, grants. For the command line; no message reaches it.
/// </summary>
public sealed class AccountTakeover
{
    private readonly TakeoverStore _store;

    internal AccountTakeover(TakeoverStore store) => _store = store;

    /// <summary>The accounts that are here already.</summary>
    public Task<HashSet<Did>> ListAsync(CancellationToken cancellationToken) => _store.ListAsync(cancellationToken);

    /// <summary>
    /// Adds an account, whose identity and repository must be here: with its row an account is complete. One that is here
    /// already is left as it is, and false returned.
    /// </summary>
    /// <exception cref="FormatException">A password hash is none of the reference's.</exception>
    /// <exception cref="InvalidOperationException">Another account has its e-mail address.</exception>
    public async Task<bool> AddAsync(TakenOverAccount account, CancellationToken cancellationToken)
    {
        var password = ScryptHash.FromReference(account.PasswordScrypt);
        var appPasswords = account.AppPasswords
            .Select(app => (app, ScryptHash.AppPasswordFromReference(app.PasswordScrypt))).ToArray();
        var grants = account.Grants.Select(grant => ToSession(grant, account)).OfType<(OAuthSession, byte[], byte[])>().ToArray();
        return await _store.AddAsync(account, password, appPasswords, grants, cancellationToken);
    }

    /// <summary>Adds the codes that are not here yet; tells how many those were.</summary>
    public Task<int> AddInvitesAsync(IReadOnlyList<TakenOverInvite> invites, CancellationToken cancellationToken) =>
        _store.AddInvitesAsync(invites, cancellationToken);

    // Both servers make these tokens in the same shape; ours read the first half as the name of the session.
    private static (OAuthSession Session, byte[] Code, byte[] RefreshToken)? ToSession(TakenOverGrant grant, TakenOverAccount account)
    {
        if (OpaqueToken.SessionOf(grant.RefreshToken) is not { } id)
        {
            return null;
        }

        var key = grant.ClientKey is { } proof ? AuthenticatedClient.KeyOf(proof.Algorithm, proof.Jkt, proof.KeyId) : null;
        var lifetime = SessionLifetime.Longest;
        var session = new OAuthSession(
            id, account.Did, grant.ClientId, null, grant.Scope, grant.DpopJkt, key, 0, grant.CreatedAt, grant.UpdatedAt,
            lifetime.EndOf(grant.CreatedAt, grant.UpdatedAt));
        return (session, OpaqueToken.Hash(grant.Code ?? OpaqueToken.NewCode()), OpaqueToken.Hash(grant.RefreshToken));
    }
}
