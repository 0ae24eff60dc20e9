namespace AtProto.Repo;

/// <summary>A block: bytes and their name.</summary>
/// <param name="Cid">The CID of <paramref name="Bytes"/>.</param>
/// <param name="Bytes">The block, often shared with a tree in memory: not to be changed.</param>
public readonly record struct Block(Cid Cid, byte[] Bytes);
