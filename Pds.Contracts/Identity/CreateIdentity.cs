using AtProto;

namespace Pds.Contracts.Identity;

/// <summary>
/// Makes a did:plc for a new account and claims its handle here. The DID is known, and the handle held, before
/// anything is sent; <see cref="PublishIdentity"/> sends it. Answered with <see cref="CreatedIdentity"/>.
/// </summary>
/// <param name="SigningKey">The account's key as a did:key.</param>
/// <param name="RecoveryKey">A did:key of the owner's, listed first among the rotation keys.</param>
public sealed record CreateIdentity(Handle Handle, string SigningKey, string? RecoveryKey);

/// <summary>The DID that was made.</summary>
public sealed record CreatedIdentity(Did Did);

/// <summary>Claims a handle for an account that brings its DID along.</summary>
public sealed record AdoptIdentity(Did Did, Handle Handle, AccountStatus Status);

/// <summary>Sends the genesis operation of <see cref="CreateIdentity"/> to the PLC directory.</summary>
public sealed record PublishIdentity(Did Did);

/// <summary>Undoes <see cref="CreateIdentity"/> or <see cref="AdoptIdentity"/>: frees the handle, tombstones a DID made here that was sent.</summary>
public sealed record AbandonIdentity(Did Did);

/// <summary>Tells the status that handle resolution has to show.</summary>
public sealed record SetIdentityStatus(Did Did, AccountStatus Status);
