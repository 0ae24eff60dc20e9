namespace AtProto.Repo;

/// <summary>
/// A block that is not the tree node it should be: not canonical, of another content than its CID says, with keys that are
/// invalid, out of order, out of range or on the wrong layer. Or a part of a tree that was needed and is not in memory.
/// </summary>
/// <param name="message">What is wrong.</param>
/// <param name="missing">The CID of the node that is not in memory.</param>
public sealed class TreeException(string message, Cid? missing = null) : FormatException(message)
{
    /// <summary>The node that was needed and is not in memory; null when a block is wrong.</summary>
    public Cid? Missing { get; } = missing;
}
