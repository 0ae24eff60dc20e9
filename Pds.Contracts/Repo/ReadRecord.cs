using AtProto;

namespace Pds.Contracts.Repo;

/// <summary>Asks for a record of an active repository of this server, as anyone may read it; answered with <see cref="ReadableRecord"/>, or null.</summary>
public sealed record ReadRecord(Did Did, Nsid Collection, RecordKey Rkey);

/// <summary>A record.</summary>
/// <param name="Value">Its DAG-CBOR.</param>
public sealed record ReadableRecord(Cid Cid, ReadOnlyMemory<byte> Value);
