using AtProto;

namespace Pds.Contracts.Auth;

/// <summary>Takes an account down, or lets it be seen again. Refused with <c>NotFound</c>.</summary>
/// <param name="Reference">What the moderators call it; the time where nothing is given.</param>
public sealed record SetAccountTakedown(Did Did, bool IsApplied, string? Reference);

/// <summary>
/// Deactivates an account for its administrator, its apps and app passwords left as they are; or activates it, which is refused
/// like <c>com.atproto.server.activateAccount</c>.
/// </summary>
public sealed record SetAccountDeactivation(Did Did, bool IsApplied);

/// <summary>Mails an account what a moderator has to say. Refused with <c>InvalidRequest</c> when there is no such account.</summary>
/// <param name="Html">The mail's body.</param>
public sealed record MailAccount(Did Did, string Subject, string Html);

/// <summary>Gives an account another address, which is not confirmed then. Refused with <c>InvalidRequest</c>.</summary>
public sealed record ReplaceAccountEmail(Did Did, string Email);

/// <summary>Gives an account another password, and ends all that is signed in. Refused with <c>NotFound</c> or <c>InvalidRequest</c>.</summary>
public sealed record ReplaceAccountPassword(Did Did, string Password);

/// <summary>Ends all that is signed in: legacy sessions, apps and browsers. App passwords stay. Refused with <c>NotFound</c>.</summary>
public sealed record EndAccountSessions(Did Did);

/// <summary>Deletes an account and all it has, without its owner's word. Nothing happens where there is none.</summary>
public sealed record RemoveAccount(Did Did);
