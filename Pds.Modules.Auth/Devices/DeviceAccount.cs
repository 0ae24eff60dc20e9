using Pds.Contracts.Auth;

namespace Pds.Modules.Auth.Devices;

/// <summary>An account that is signed in with a browser.</summary>
/// <param name="IsFresh">Not so long ago that the password has to be asked for again.</param>
/// <param name="IsRemembered">Beyond the visit.</param>
public sealed record DeviceAccount(Account Account, DateTimeOffset SignedInAt, bool IsFresh, bool IsRemembered);
