using System.Collections.Frozen;
using static Pds.Xrpc.AccessKind;

namespace Pds.Xrpc;

/// <summary>
/// The authorization policies, for <c>RequireAuthorization</c>. A session is a legacy access token of any kind; a full one was
/// made with the account's password. Where a name says "Session", OAuth tokens are refused.
/// </summary>
public static class Access
{
    /// <summary>Any session, or OAuth.</summary>
    public const string Account = nameof(Account);

    public const string AccountNotTakendown = nameof(AccountNotTakendown);

    public const string AccountOrTakendown = nameof(AccountOrTakendown);

    public const string AccountOrQueued = nameof(AccountOrQueued);

    /// <summary><see cref="AccountNotTakendown"/>, or a service token signed by the account.</summary>
    public const string AccountOrService = nameof(AccountOrService);

    /// <summary><see cref="AccountOrTakendown"/>, or the moderation service.</summary>
    public const string AccountOrModeration = nameof(AccountOrModeration);

    /// <summary>A full session, or OAuth.</summary>
    public const string Full = nameof(Full);

    public const string FullNotTakendown = nameof(FullNotTakendown);

    public const string FullOrTakendown = nameof(FullOrTakendown);

    /// <summary>Any session.</summary>
    public const string Session = nameof(Session);

    public const string SessionOrQueued = nameof(SessionOrQueued);

    public const string FullSession = nameof(FullSession);

    public const string FullSessionNotTakendown = nameof(FullSessionNotTakendown);

    public const string Refresh = nameof(Refresh);

    /// <summary>A refresh token, even past its time.</summary>
    public const string RefreshOrExpired = nameof(RefreshOrExpired);

    public const string Admin = nameof(Admin);

    /// <summary>The administrator, or the moderation service.</summary>
    public const string Moderation = nameof(Moderation);

    /// <summary>No one, or an account by its service token.</summary>
    public const string OptionalService = nameof(OptionalService);

    /// <summary>No one, <see cref="Account"/> or the administrator.</summary>
    public const string OptionalAccount = nameof(OptionalAccount);

    /// <summary>No one, <see cref="AccountOrTakendown"/> or the administrator.</summary>
    public const string OptionalAccountOrTakendown = nameof(OptionalAccountOrTakendown);

    private const AccessKind Sessions = AccessKind.Full | AppPassword | AppPasswordPrivileged;

    /// <summary>What each name means.</summary>
    public static FrozenDictionary<string, AccessRule> Rules { get; } = new Dictionary<string, AccessRule>
    {
        [Account] = new(Sessions | OAuth),
        [AccountNotTakendown] = new(Sessions | OAuth, RefusesTakendown: true),
        [AccountOrTakendown] = new(Sessions | OAuth | Takendown),
        [AccountOrQueued] = new(Sessions | OAuth | SignupQueued),
        [AccountOrModeration] = new(Sessions | OAuth | Takendown | AccessKind.Moderation),
        [AccountOrService] = new(Sessions | OAuth | Service, RefusesTakendown: true),
        [Full] = new(AccessKind.Full | OAuth),
        [FullNotTakendown] = new(AccessKind.Full | OAuth, RefusesTakendown: true),
        [FullOrTakendown] = new(AccessKind.Full | OAuth | Takendown),
        [Session] = new(Sessions),
        [SessionOrQueued] = new(Sessions | SignupQueued),
        [FullSession] = new(AccessKind.Full),
        [FullSessionNotTakendown] = new(AccessKind.Full, RefusesTakendown: true),
        [Refresh] = new(AccessKind.Refresh),
        [RefreshOrExpired] = new(AccessKind.Refresh, AcceptsExpired: true),
        [Admin] = new(AccessKind.Admin),
        [Moderation] = new(AccessKind.Admin | AccessKind.Moderation),
        [OptionalService] = new(Service, IsOptional: true),
        [OptionalAccount] = new(Sessions | OAuth | AccessKind.Admin, IsOptional: true),
        [OptionalAccountOrTakendown] = new(Sessions | OAuth | Takendown | AccessKind.Admin, IsOptional: true),
    }.ToFrozenDictionary();
}
