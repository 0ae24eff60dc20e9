using AtProto;

namespace Pds.Contracts.Repo;

/// <summary>Asks how much a repository holds, whatever its status; answered with <see cref="RepositoryCount"/>, or null without one.</summary>
public sealed record CountRepository(Did Did);

/// <summary>What a repository holds.</summary>
/// <param name="Blocks">The commit, the nodes of the tree and the records.</param>
/// <param name="ExpectedBlobs">Those that records name.</param>
/// <param name="ImportedBlobs">Those whose bytes are here.</param>
public sealed record RepositoryCount(Cid Commit, Tid Rev, long Blocks, long Records, long ExpectedBlobs, long ImportedBlobs);
