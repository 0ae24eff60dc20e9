using Pds.Contracts.Auth;

namespace Pds.Modules.Auth.Accounts;

/// <summary>An account, and what a password may be held against.</summary>
/// <param name="PasswordHash">Null for an account without a password.</param>
/// <param name="AppPassword">The app password that was typed; null when none was.</param>
internal sealed record Login(Account Account, string? PasswordHash, AppPassword? AppPassword);
