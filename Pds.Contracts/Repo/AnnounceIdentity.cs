using AtProto;

namespace Pds.Contracts.Repo;

/// <summary>Asks for an <c>#identity</c> event on the firehose. Answered once the event is on disk.</summary>
/// <param name="Handle">Null when the account's handle no longer resolves to it.</param>
public sealed record AnnounceIdentity(Did Did, Handle? Handle);
