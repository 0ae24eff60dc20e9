using AtProto;

namespace Pds.Contracts.Identity;

/// <summary>
/// Changes the handle of an account by the rules of <c>com.atproto.identity.updateHandle</c>: under a service domain, or of
/// its own that resolves to it. Updates the PLC directory; answered with the normalized <see cref="CheckedHandle"/>, refused
/// with the protocol's error. The caller announces it.
/// </summary>
/// <param name="Handle">As typed.</param>
/// <param name="AllowsAnyWord">Whether reserved and offensive names are fine: for the administrator.</param>
public sealed record ChangeHandle(Did Did, string Handle, bool AllowsAnyWord = false);
