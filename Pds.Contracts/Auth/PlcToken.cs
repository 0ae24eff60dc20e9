using AtProto;

namespace Pds.Contracts.Auth;

/// <summary>Mails a token with which this server signs a PLC operation for the account. Refused with <c>AccountNotFound</c> or <c>RateLimitExceeded</c>.</summary>
public sealed record MailPlcToken(Did Did);

/// <summary>Uses such a token up. Refused with <c>InvalidToken</c> or <c>ExpiredToken</c>.</summary>
public sealed record UsePlcToken(Did Did, string Token);
