using AtProto;

namespace Pds.Contracts.Auth;

/// <summary>Asks for the app passwords of an account; answered with a list of <see cref="AppPasswordSummary"/>.</summary>
public sealed record ListAppPasswords(Did Did);

/// <summary>An app password without itself.</summary>
public sealed record AppPasswordSummary(string Name, bool IsPrivileged, DateTimeOffset CreatedAt);

/// <summary>Makes an app password; answered with it as a string, shown once. Refused with <c>InvalidRequest</c> for a name that is taken.</summary>
public sealed record CreateAppPassword(Did Did, string Name, bool IsPrivileged);

/// <summary>Removes an app password and ends its sessions.</summary>
public sealed record RevokeAppPassword(Did Did, string Name);

/// <summary>Takes an account out of sight: its repository is not served, its apps are signed out, its app passwords go.</summary>
public sealed record DeactivateAccount(Did Did);

/// <summary>Brings a deactivated account back. Refused like <c>com.atproto.server.activateAccount</c>.</summary>
public sealed record ActivateAccount(Did Did);

/// <summary>Mails a token with which the account can be deleted.</summary>
public sealed record RequestAccountDeletion(Did Did);

/// <summary>Deletes an account and all it has. Refused with <c>AuthenticationRequired</c>, <c>InvalidToken</c> or <c>ExpiredToken</c>.</summary>
public sealed record DeleteAccount(Did Did, string Address, string Password, string Token);
