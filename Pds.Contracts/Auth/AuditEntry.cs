namespace Pds.Contracts.Auth;

/// <summary>One line of the audit log.</summary>
public sealed record AuditEntry(
    long Id, DateTimeOffset At, string Actor, string Action, string? Subject, string? Detail, string? Address);
