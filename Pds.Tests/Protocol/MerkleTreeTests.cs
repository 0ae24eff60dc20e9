using System.Text;
using System.Text.Json;
using AtProto;
using AtProto.Repo;

namespace Pds.Tests.Protocol;

public sealed class MerkleTreeTests
{
    [Fact]
    public void Keys_have_the_published_depths()
    {
        foreach (var vector in Read("mst/key_heights.json"))
        {
            var key = vector.GetProperty("key").GetString()!;

            Assert.Equal(vector.GetProperty("height").GetInt32(), TreeKey.Depth(Encoding.UTF8.GetBytes(key)));
        }
    }

    [Fact]
    public void The_roots_and_nodes_are_those_of_the_reference()
    {
        foreach (var vector in Read("reference/mst-roots.json"))
        {
            var keys = vector.GetProperty("keys").EnumerateArray().Select(key => key.GetString()!).ToList();
            var leaf = Cid.Parse(vector.GetProperty("leaf").GetString()!);
            var root = vector.GetProperty("root").GetString();

            var tree = keys.Aggregate(MerkleTree.Empty, (tree, key) => tree.Add(key, leaf)!);
            var built = Trees.Build(keys.Select(key => (key, leaf)));

            Assert.Equal(root, tree.Root.ToString());
            Assert.Equal(root, built.Root.ToString());
            var nodes = Trees.Nodes(tree);
            Assert.Equal(vector.GetProperty("nodeCount").GetInt32(), nodes.Count);
            foreach (var node in vector.TryGetProperty("nodes", out var listed) ? listed.EnumerateArray() : default)
            {
                var bytes = nodes[Cid.Parse(node.GetProperty("cid").GetString()!)];
                Assert.Equal(node.GetProperty("cborHex").GetString(), Convert.ToHexStringLower(bytes));
            }
        }
    }

    private static IEnumerable<JsonElement> Read(string name)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Vectors.PathOf(name)));
        return [.. document.RootElement.EnumerateArray().Select(element => element.Clone())];
    }
}
