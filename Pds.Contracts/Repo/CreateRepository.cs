using AtProto;

namespace Pds.Contracts.Repo;

/// <summary>Makes and keeps a signing key for an account to be; answered with <see cref="ReservedSigningKey"/>.</summary>
/// <param name="For">Whose key is reserved ahead of the account: asked again, the same key is given.</param>
public sealed record ReserveSigningKey(Did? For = null);

/// <summary>The public half, as a did:key.</summary>
public sealed record ReservedSigningKey(string DidKey);

/// <summary>
/// Makes an empty repository signed with a reserved key. For an active account the events <c>#identity</c>,
/// <c>#account</c>, <c>#commit</c> and <c>#sync</c> follow one another on the stream; for another there are none.
/// </summary>
/// <param name="SigningKey">The did:key of <see cref="ReservedSigningKey"/>.</param>
public sealed record CreateRepository(Did Did, string SigningKey, Handle Handle, AccountStatus Status);

/// <summary>
/// Removes a repository, its blobs and its key, its older events from the stream, and announces <c>#account</c>
/// deleted. Nothing happens when there is none.
/// </summary>
public sealed record DeleteRepository(Did Did);

/// <summary>Sets the status that reads and writes obey and announces it as <c>#account</c>.</summary>
public sealed record SetRepositoryStatus(Did Did, AccountStatus Status);
