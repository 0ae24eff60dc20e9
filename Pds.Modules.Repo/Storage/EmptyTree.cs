using AtProto;
using AtProto.Repo;

namespace Pds.Modules.Repo.Storage;

/// <summary>The one node of a tree without records.</summary>
internal static class EmptyTree
{
    static EmptyTree()
    {
        Block root = default;
        new TreeBuilder(node => root = node).Build();
        (Cid, Bytes) = root;
    }

    public static Cid Cid { get; }

    /// <summary>The block, not to be changed.</summary>
    public static byte[] Bytes { get; }
}
