namespace Pds.Contracts.Auth;

/// <summary>Asks for the mail that is on its way; answered with <see cref="MailOverview"/>.</summary>
/// <param name="Limit">How many are listed, those that were given up first, then the next to be sent.</param>
public sealed record ListMail(int Limit);

/// <summary>The mail that is on its way, and what was given up lately.</summary>
/// <param name="IsConfigured">Whether there is a mail server; without one nothing is sent.</param>
/// <param name="Server">Its host and port.</param>
/// <param name="OldestAt">When the mail was written that has waited longest.</param>
public sealed record MailOverview(
    bool IsConfigured, string? Server, long Waiting, long GivenUp, DateTimeOffset? OldestAt, IReadOnlyList<MailEntry> Mails);

/// <summary>A mail without what it says, in which there may be a token.</summary>
/// <param name="NextAt">When it is tried next.</param>
/// <param name="LastError">What the last attempt ended with; null when there was none.</param>
/// <param name="IsGivenUp">Whether it is not tried again by itself.</param>
public sealed record MailEntry(
    long Id, string Recipient, string Subject, int Attempts, DateTimeOffset CreatedAt, DateTimeOffset NextAt, string? LastError,
    bool IsGivenUp);

/// <summary>Tries a mail again, now; answered with whether there is such a mail.</summary>
public sealed record RetryMail(long Id);

/// <summary>Forgets a mail; answered with whether there was such a mail.</summary>
public sealed record DropMail(long Id);
