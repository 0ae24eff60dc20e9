using System.Buffers.Binary;
using AtProto;
using AtProto.Repo;

namespace Pds.Modules.Repo.Storage;

/// <summary>
/// The newest nodes of a tree, which lie together in the row of <c>repo.tip</c>. The next commit replaces most of them, and then they
/// have cost one row, not one each. Immutable.
/// </summary>
internal sealed class NodeTip
{
    // Three versions of a row this large share a page. Larger tips find no room beside themselves, and smaller ones hold less.
    private const int MaxBytes = 2560;

    // Revision, CID, length.
    private const int CidAt = 8;
    private const int LengthAt = CidAt + Cid.Length;
    private const int NodeStart = LengthAt + 4;

    private readonly List<TipNode> _nodes;

    private NodeTip(List<TipNode> nodes, int length) => (_nodes, Length) = (nodes, length);

    public static NodeTip Empty { get; } = new([], 0);

    /// <summary>The bytes that it takes.</summary>
    public int Length { get; }

    /// <summary>Newest first.</summary>
    public IReadOnlyList<TipNode> Nodes => _nodes;

    /// <summary>Reads what <see cref="Encode"/> wrote.</summary>
    /// <exception cref="InvalidDataException">It did not.</exception>
    public static NodeTip Decode(ReadOnlySpan<byte> bytes)
    {
        var nodes = new List<TipNode>();
        var rest = bytes;
        while (rest.Length > 0)
        {
            if (rest.Length < NodeStart
                || !Cid.TryRead(rest.Slice(CidAt, Cid.Length), out var cid)
                || BinaryPrimitives.ReadInt32BigEndian(rest[LengthAt..]) is var length && (uint)length > (uint)(rest.Length - NodeStart))
            {
                throw new InvalidDataException("The stored tip of a tree is malformed.");
            }

            nodes.Add(new TipNode(cid, new Tid(BinaryPrimitives.ReadInt64BigEndian(rest)), rest.Slice(NodeStart, length).ToArray()));
            rest = rest[(NodeStart + length)..];
        }

        return new NodeTip(nodes, bytes.Length);
    }

    public byte[] Encode()
    {
        var bytes = GC.AllocateUninitializedArray<byte>(Length);
        var rest = bytes.AsSpan();
        foreach (var (cid, rev, node) in _nodes)
        {
            BinaryPrimitives.WriteInt64BigEndian(rest, rev.Value);
            cid.WriteTo(rest[CidAt..]);
            BinaryPrimitives.WriteInt32BigEndian(rest[LengthAt..], node.Length);
            node.CopyTo(rest[NodeStart..]);
            rest = rest[(NodeStart + node.Length)..];
        }

        return bytes;
    }

    /// <summary>The bytes of a node; null when it is not one of these.</summary>
    public byte[]? Find(Cid cid)
    {
        foreach (var node in _nodes)
        {
            if (node.Cid == cid)
            {
                return node.Bytes;
            }
        }

        return null;
    }

    /// <summary>The tip after a commit, and what that means for the nodes that have settled in rows of their own.</summary>
    /// <param name="added">The nodes that the commit brings, upper layers first.</param>
    /// <param name="removed">The nodes that it makes superfluous.</param>
    /// <param name="rev">That of the commit.</param>
    public TipChange Change(IReadOnlyList<Block> added, IReadOnlyList<Block> removed, Tid rev)
    {
        var nodes = new List<TipNode>(added.Count + _nodes.Count);
        var settled = new List<TipNode>();
        var length = 0;
        for (var i = 0; i < added.Count; i++)
        {
            Keep(new TipNode(added[i].Cid, rev, added[i].Bytes));
        }

        foreach (var node in _nodes)
        {
            if (!Contains(removed, node.Cid))
            {
                Keep(node);
            }
        }

        var unsettled = new List<Cid>();
        for (var i = 0; i < removed.Count; i++)
        {
            if (Find(removed[i].Cid) is null)
            {
                unsettled.Add(removed[i].Cid);
            }
        }

        return new TipChange(new NodeTip(nodes, length), settled, unsettled);

        void Keep(TipNode node)
        {
            var size = NodeStart + node.Bytes.Length;
            if (length + size <= MaxBytes)
            {
                nodes.Add(node);
                length += size;
            }
            else
            {
                settled.Add(node);
            }
        }
    }

    private static bool Contains(IReadOnlyList<Block> blocks, Cid cid)
    {
        for (var i = 0; i < blocks.Count; i++)
        {
            if (blocks[i].Cid == cid)
            {
                return true;
            }
        }

        return false;
    }
}

/// <summary>A node and the revision that brought it.</summary>
internal readonly record struct TipNode(Cid Cid, Tid Rev, byte[] Bytes);

/// <summary>What a commit does to the nodes of its repository.</summary>
/// <param name="Settled">Nodes that get a row of their own.</param>
/// <param name="Unsettled">Nodes whose row goes.</param>
internal sealed record TipChange(NodeTip Tip, List<TipNode> Settled, List<Cid> Unsettled);
