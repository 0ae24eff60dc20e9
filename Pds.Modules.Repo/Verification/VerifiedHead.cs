using AtProto;

namespace Pds.Modules.Repo.Verification;

/// <summary>A repository's row, as it stands.</summary>
internal sealed record VerifiedHead(
    long RepoId, Did Did, AccountStatus Status, Tid Rev, Cid Head, Cid Data, byte[] Commit, string DidKey, byte[] SealedKey);
