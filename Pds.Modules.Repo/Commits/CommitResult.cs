using AtProto;

namespace Pds.Modules.Repo.Commits;

/// <summary>The commit that a write made.</summary>
internal readonly record struct CommitResult(Cid Cid, Tid Rev);
