using AtProto;

namespace Pds.Contracts.Identity;

/// <summary>Asks for the local identity of an account; answered with <see cref="LocalIdentity"/>, or null.</summary>
public sealed record GetIdentity(Did Did);

/// <summary>Asks whose handle this is on this server, whatever the account's status; <see cref="LocalIdentity"/> or null.</summary>
public sealed record FindIdentity(Handle Handle);

/// <summary>An account's DID and the handle that this server has for it.</summary>
public sealed record LocalIdentity(Did Did, Handle Handle, AccountStatus Status);
