using AtProto;

namespace Pds.Contracts.Repo;

/// <summary>Asks for a <c>#sync</c> event with the current commit. Answered once the event is on disk.</summary>
public sealed record AnnounceHead(Did Did);

/// <summary>Asks which key signs an account's commits; answered with <see cref="RepositorySigningKey"/>, or null without a repository.</summary>
public sealed record GetSigningKey(Did Did);

/// <summary>The public half, as a did:key.</summary>
public sealed record RepositorySigningKey(string DidKey);
