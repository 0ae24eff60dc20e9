namespace Pds.Modules.Auth.OAuth.Proofs;

/// <summary>A proof that was checked and can not be used again.</summary>
/// <param name="Jkt">The SHA-256 thumbprint (RFC 7638) of the client's key, base64url.</param>
internal sealed record DpopProof(string Jkt, string Jti);
