using AtProto;

namespace Pds.Contracts.Identity;

/// <summary>
/// Gives the owner of a did:plc a rotation key of their own, above this server's, by the code of <c>MailPlcToken</c>; the network
/// is told. Refused with <c>InvalidToken</c>, <c>ExpiredToken</c>, or <c>InvalidRequest</c> for what is no such key, or is there
/// already, or one too many.
/// </summary>
/// <param name="Key">A did:key.</param>
public sealed record AddRotationKey(Did Did, string Key, string Token);

/// <summary>
/// Takes a rotation key out of a did:plc by the code of <c>MailPlcToken</c>; the network is told. Refused like
/// <see cref="AddRotationKey"/>, and for this server's own key, without which the account could not live here.
/// </summary>
public sealed record RemoveRotationKey(Did Did, string Key, string Token);

/// <summary>Notes that the owner knows a rotation key as theirs.</summary>
public sealed record ClaimRotationKey(Did Did, string Key);
