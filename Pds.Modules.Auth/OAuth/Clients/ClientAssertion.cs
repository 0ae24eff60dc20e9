namespace Pds.Modules.Auth.OAuth.Clients;

/// <summary>What an app has proven itself with.</summary>
/// <param name="Jkt">The thumbprint (RFC 7638) of the key.</param>
internal sealed record ClientAssertion(string Algorithm, string KeyId, string Jkt);
