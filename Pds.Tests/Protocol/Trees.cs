using System.Text;
using AtProto;
using AtProto.Repo;

namespace Pds.Tests.Protocol;

/// <summary>What tests do with trees.</summary>
internal static class Trees
{
    public static MerkleTree Build(IEnumerable<(string Key, Cid Value)> entries)
    {
        var builder = new TreeBuilder();
        foreach (var (key, value) in entries.OrderBy(entry => entry.Key, StringComparer.Ordinal))
        {
            builder.Add(key, value);
        }

        return builder.Build();
    }

    /// <summary>Every node of a tree that is wholly in memory.</summary>
    public static Dictionary<Cid, byte[]> Nodes(MerkleTree tree)
    {
        var change = TreeChange.Between(MerkleTree.Empty, tree);
        var nodes = change.NewNodes.ToDictionary(node => node.Cid, node => node.Bytes);
        if (tree.Root == MerkleTree.Empty.Root)
        {
            nodes.Add(tree.Root, Convert.FromHexString("a2616580616cf6"));
        }

        return nodes;
    }

    public static List<(string Key, Cid Value)> Entries(MerkleTree tree)
    {
        var cursor = tree.GetCursor();
        List<(string, Cid)> entries = [];
        while (cursor.Read() is TreeStep.Entry)
        {
            entries.Add((Encoding.ASCII.GetString(cursor.Key), cursor.Value));
        }

        return entries;
    }
}
