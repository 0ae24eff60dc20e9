namespace AtProto.Repo;

/// <summary>
/// A node that a tree refers to and that is not in memory, with what its place demands of it. Give its block to
/// <see cref="Attach"/>; several threads may do so at once.
/// </summary>
public readonly struct MissingNode
{
    private readonly MerkleTree _tree;
    private readonly TreeNode? _parent;
    private readonly int _index;
    private readonly byte[] _lower;
    private readonly byte[] _upper;

    internal MissingNode(MerkleTree tree, Cid cid, TreeNode? parent, int index, byte[] lower, byte[] upper)
    {
        Cid = cid;
        _tree = tree;
        _parent = parent;
        _index = index;
        _lower = lower;
        _upper = upper;
    }

    /// <summary>The name of the block to load.</summary>
    public Cid Cid { get; }

    /// <summary>Puts the block in its place.</summary>
    /// <param name="bytes">The block. The tree keeps it: it must not be changed any more.</param>
    /// <exception cref="TreeException">
    /// The block has another CID or more than 2 000 000 bytes, is not a canonically encoded node, or does not fit its place:
    /// keys out of order or range, of another layer, or invalid. The tree is as it was.
    /// </exception>
    public void Attach(byte[] bytes) => _tree.Attach(_parent, _index, Parse(bytes));

    internal TreeNode Parse(byte[] bytes) =>
        NodeParser.Parse(Cid, bytes, _parent is null ? -1 : _parent.Layer - 1, _lower, _upper);
}
