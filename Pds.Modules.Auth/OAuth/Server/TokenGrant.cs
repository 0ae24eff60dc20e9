using Pds.Modules.Auth.OAuth.Clients;
using Pds.Modules.Auth.OAuth.Sessions;

namespace Pds.Modules.Auth.OAuth.Server;

/// <summary>A code or a refresh token that was found good, and is not spent yet.</summary>
/// <param name="Session">As it will be: begun, or refreshed.</param>
/// <param name="Spent">The hash of what is exchanged.</param>
/// <param name="Request">The request that the code answered; null for a refresh token.</param>
internal sealed record TokenGrant(OAuthClient Client, OAuthSession Session, byte[] Spent, StoredRequest? Request);
