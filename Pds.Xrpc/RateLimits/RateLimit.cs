namespace Pds.Xrpc;

/// <summary>How many points may be spent in a window of time.</summary>
/// <param name="Name">Its name among the counters; two limits of one name are one.</param>
/// <param name="Window">Windows begin at multiples of it since 1970.</param>
public sealed record RateLimit(string Name, int Points, TimeSpan Window)
{
    /// <summary>All methods but <c>com.atproto.sync.getRepo</c>, by address.</summary>
    public static RateLimit Global { get; } = new("global", 3000, TimeSpan.FromMinutes(5));

    /// <summary>By address.</summary>
    public static RateLimit GetRepo { get; } = new("sync.getRepo", 6000, TimeSpan.FromMinutes(5));

    /// <summary>Writes of records by account: 3 for a creation, 2 for an update, 1 for a deletion.</summary>
    public static RateLimit[] RepoWrites { get; } =
        [new("repo-hour", 5000, TimeSpan.FromHours(1)), new("repo-day", 35_000, TimeSpan.FromDays(1))];

    public static RateLimit[] UploadBlob { get; } = [new("uploadBlob", 1000, TimeSpan.FromDays(1))];

    /// <summary>By identifier and address.</summary>
    public static RateLimit[] CreateSession { get; } =
        [new("createSession-day", 300, TimeSpan.FromDays(1)), new("createSession", 30, TimeSpan.FromMinutes(5))];

    public static RateLimit[] CreateAccount { get; } = [new("createAccount", 100, TimeSpan.FromMinutes(5))];

    public static RateLimit[] DeleteAccount { get; } = [new("deleteAccount", 50, TimeSpan.FromMinutes(5))];

    public static RateLimit[] ResetPassword { get; } = [new("resetPassword", 50, TimeSpan.FromMinutes(5))];

    public static RateLimit[] RequestPasswordReset { get; } =
        [new("requestPasswordReset-day", 50, TimeSpan.FromDays(1)), new("requestPasswordReset", 15, TimeSpan.FromHours(1))];

    /// <summary>
    /// What apps and their servers ask of the authorization server, by address. The reference has no limit there; a server that
    /// signs many people in for its app is one address.
    /// </summary>
    public static RateLimit[] OAuth { get; } = [new("oauth", 3000, TimeSpan.FromMinutes(5))];

    /// <summary>By account.</summary>
    public static RateLimit[] UpdateHandle { get; } =
        [new("updateHandle", 10, TimeSpan.FromMinutes(5)), new("updateHandle-day", 50, TimeSpan.FromDays(1))];

    /// <summary>Mails to an account, of each kind by itself.</summary>
    public static RateLimit[] Mails(string kind) =>
        [new($"{kind}-day", 15, TimeSpan.FromDays(1)), new($"{kind}", 5, TimeSpan.FromHours(1))];
}
