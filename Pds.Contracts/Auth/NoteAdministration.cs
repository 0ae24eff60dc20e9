namespace Pds.Contracts.Auth;

/// <summary>Notes in the audit log what an administrator or the moderation service has done.</summary>
/// <param name="Actor"><c>admin</c>, or the DID of the moderation service.</param>
/// <param name="Action">The method of the protocol that does it, or its like.</param>
/// <param name="Subject">To what: a DID, an AT URI, a code.</param>
/// <param name="Detail">What else should be known later. No secrets.</param>
/// <param name="Address">The network address that the request came from.</param>
public sealed record NoteAdministration(string Actor, string Action, string? Subject, string? Detail, string? Address);
