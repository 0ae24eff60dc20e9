using Pds.Modules.Auth.OAuth.Clients;
using Pds.Modules.Auth.OAuth.Sessions;

namespace Pds.Modules.Auth.OAuth.Server;

/// <summary>A code that was found good, and is not spent yet.</summary>
/// <param name="Session">As it will be.</param>
/// <param name="Code">The hash of the code.</param>
/// <param name="Request">The request that the code answered.</param>
internal sealed record TokenGrant(OAuthClient Client, OAuthSession Session, byte[] Code, StoredRequest Request);
