using AtProto;

namespace Pds.Modules.Repo.Storage;

/// <summary>Where a repository stands.</summary>
/// <param name="Id">Ours, rising with creation.</param>
/// <param name="Cid">The current commit.</param>
internal sealed record RepoHead(long Id, Did Did, Cid Cid, Tid Rev, AccountStatus Status);
