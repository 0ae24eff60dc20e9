using AtProto;

namespace Pds.Contracts.Identity;

/// <summary>
/// Asks that a handle may be taken by a new account: under a service domain, or resolving to <paramref name="Did"/>
/// where one is brought along; not reserved, not taken. Answered with the normalized <see cref="CheckedHandle"/>, refused
/// with the protocol's error.
/// </summary>
/// <param name="Handle">As typed: not yet known to be a handle.</param>
public sealed record CheckNewHandle(string Handle, Did? Did);

/// <summary>The handle in lower case.</summary>
public sealed record CheckedHandle(Handle Handle);
