namespace Pds.Contracts.Auth;

/// <summary>Asks for the audit log, the latest first; answered with a list of <see cref="AuditEntry"/>.</summary>
/// <param name="Actor">Who did it; null for all.</param>
/// <param name="Action">A part of its name.</param>
/// <param name="Subject">To what: a DID also finds the records and blobs of the account.</param>
/// <param name="From">Not before.</param>
/// <param name="Until">Before.</param>
/// <param name="Before">The id of the last entry of the page before.</param>
public sealed record ListAudit(
    string? Actor, string? Action, string? Subject, DateTimeOffset? From, DateTimeOffset? Until, long? Before, int Limit);

/// <summary>One line of the audit log.</summary>
public sealed record AuditEntry(
    long Id, DateTimeOffset At, string Actor, string Action, string? Subject, string? Detail, string? Address);
