namespace Pds.Xrpc;

/// <summary>What a request was authenticated with.</summary>
[Flags]
public enum AccessKind
{
    None = 0,

    /// <summary>A session made with the account's password.</summary>
    Full = 1,

    /// <summary>A session made with an app password.</summary>
    AppPassword = 2,

    /// <summary>A session made with an app password that may do what is privileged.</summary>
    AppPasswordPrivileged = 4,

    /// <summary>A session that a taken-down account was allowed.</summary>
    Takendown = 8,

    /// <summary>A session of an account that waits for its activation.</summary>
    SignupQueued = 16,

    /// <summary>A refresh token.</summary>
    Refresh = 32,

    /// <summary>An OAuth access token; its scopes say more.</summary>
    OAuth = 64,

    /// <summary>The administrator's password.</summary>
    Admin = 128,

    /// <summary>A service token of the configured moderation service.</summary>
    Moderation = 256,

    /// <summary>A service token signed by an account.</summary>
    Service = 512,
}
