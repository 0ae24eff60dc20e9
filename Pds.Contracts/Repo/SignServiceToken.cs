using AtProto;

namespace Pds.Contracts.Repo;

/// <summary>
/// Asks for a token by which an account calls another service, signed with the account's key; answered with
/// <see cref="SignedServiceToken"/>, or null without a repository. Who asks has checked that the account may.
/// </summary>
/// <param name="Did">The issuer.</param>
/// <param name="Audience">A DID, perhaps with <c>#</c> and the id of a service; copied as it is.</param>
/// <param name="Method">The method that the token is good for; null for a token without <c>lxm</c>.</param>
/// <param name="Expires">The last whole second in which the token holds; a minute from now when null.</param>
public sealed record SignServiceToken(Did Did, string Audience, string? Method, DateTimeOffset? Expires = null);

/// <summary>A compact JWT.</summary>
public sealed record SignedServiceToken(string Token, DateTimeOffset Expires);
