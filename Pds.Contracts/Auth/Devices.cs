using AtProto;

namespace Pds.Contracts.Auth;

/// <summary>
/// Tells which browser this is by its cookie, and who is signed in with it; answered with <see cref="OpenedDevice"/>. A browser
/// without a cookie, or with one that is not known, becomes a new device.
/// </summary>
/// <param name="Cookie">The value of the device cookie as the browser sent it.</param>
/// <param name="Rotate">Gives the device a new cookie value whatever its age: after a sign-in or a sign-out.</param>
public sealed record OpenDevice(string? Cookie, string UserAgent, string Address, bool Rotate = false);

/// <summary>A browser.</summary>
/// <param name="DeviceId">Stays the same as long as the browser keeps its cookie.</param>
/// <param name="NewCookie">To be set; null when the browser's own is still good.</param>
public sealed record OpenedDevice(string DeviceId, string? NewCookie, IReadOnlyList<SignedInAccount> Accounts);

/// <summary>An account that a browser remembers.</summary>
/// <param name="IsFresh">The password was given not long ago (7 days, or 15 minutes where it is not remembered).</param>
/// <param name="IsRemembered">The person asked for it; otherwise it ends with the visit.</param>
public sealed record SignedInAccount(
    Did Did, Handle Handle, string Email, AccountStatus Status, bool IsFresh, bool IsRemembered, DateTimeOffset SignedInAt);

/// <summary>Makes a browser forget an account, or all of them. Open the device anew with a new cookie after it.</summary>
public sealed record SignOut(string DeviceId, Did? Did);

/// <summary>Asks for the browsers in which an account is signed in; answered with a list of <see cref="DeviceSummary"/>.</summary>
public sealed record ListDevices(Did Did);

/// <summary>A browser, for its owner to recognise.</summary>
public sealed record DeviceSummary(
    string DeviceId, string UserAgent, string Address, DateTimeOffset SignedInAt, DateTimeOffset LastSeenAt);
