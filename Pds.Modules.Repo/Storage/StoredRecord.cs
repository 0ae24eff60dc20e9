using AtProto;

namespace Pds.Modules.Repo.Storage;

/// <summary>A record as it is stored.</summary>
/// <param name="Value">DAG-CBOR, the block of <paramref name="Cid"/>.</param>
public sealed record StoredRecord(string Rkey, Cid Cid, byte[] Value);
