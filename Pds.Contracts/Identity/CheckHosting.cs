using AtProto;

namespace Pds.Contracts.Identity;

/// <summary>
/// Asks whether the network looks for an account on this server and for its commits under a key, by what its DID says now;
/// answered with <see cref="HostingCheck"/>. A did:plc must also be one that this server can change.
/// </summary>
/// <param name="SigningKey">As a did:key.</param>
public sealed record CheckHosting(Did Did, string SigningKey);

/// <summary>What stands in the way.</summary>
/// <param name="Problem">For the caller to read; null when nothing does.</param>
public sealed record HostingCheck(string? Problem);
