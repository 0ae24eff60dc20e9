using AtProto;
using Pds.Modules.Repo.Commits;

namespace Pds.Modules.Repo.Endpoints.Repo;

/// <summary><c>com.atproto.repo.defs#commitMeta</c>.</summary>
internal sealed record CommitMeta(Cid Cid, Tid Rev)
{
    public static CommitMeta? Of(CommitResult? commit) => commit is { } made ? new(made.Cid, made.Rev) : null;
}
