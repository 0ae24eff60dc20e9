using AtProto;

namespace Pds.Contracts.Auth;

/// <summary>Asks for an account of this server; answered with <see cref="Account"/>, or null when there is none.</summary>
public sealed record GetAccount(Did Did);

/// <summary>An account as other modules may know it.</summary>
/// <param name="Email">Lower case.</param>
/// <param name="HasEmailFactor">Whether a code is mailed at every sign-in.</param>
public sealed record Account(Did Did, string Email, bool EmailConfirmed, AccountStatus Status, bool HasEmailFactor = false);
