using AtProto;
using AtProto.Repo;

namespace Pds.Modules.Repo.Storage;

/// <summary>A repository to be added, with an empty tree.</summary>
/// <param name="Node">The block of the empty tree.</param>
internal sealed record NewRepo(
    Did Did, long SigningKeyId, AccountStatus Status, DateTimeOffset CreatedAt, SignedCommit Commit, byte[] Node);
