using AtProto;

namespace Pds.Modules.Repo.Verification;

/// <summary>That a record names a blob.</summary>
internal sealed record BlobUse(Cid Cid, string Collection, string Rkey, Tid Rev);
