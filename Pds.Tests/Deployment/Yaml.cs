using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Pds.Tests.Deployment;

/// <summary>Reads YAML with its merges (<c>&lt;&lt;: *anchor</c>) carried out.</summary>
internal static class Yaml
{
    /// <summary>The documents of a text.</summary>
    public static IReadOnlyList<YamlMappingNode> Parse(string text)
    {
        var stream = new YamlStream();
        stream.Load(new MergingParser(new Parser(new StringReader(text))));
        return [.. stream.Documents.Select(document => (YamlMappingNode)document.RootNode)];
    }

    /// <summary>What stands at a path, keys and indexes divided by slashes; null when nothing does.</summary>
    public static YamlNode? Find(this YamlNode node, string path) => path.Split('/').Aggregate((YamlNode?)node, (at, key) => at switch
    {
        YamlMappingNode map => map.Children.TryGetValue(new YamlScalarNode(key), out var value) ? value : null,
        YamlSequenceNode list => list.Children.ElementAtOrDefault(int.Parse(key, System.Globalization.CultureInfo.InvariantCulture)),
        _ => null,
    });

    /// <summary>The text at a path.</summary>
    public static string? Text(this YamlNode node, string path) => (node.Find(path) as YamlScalarNode)?.Value;

    /// <summary>The keys of the mapping at a path, in order.</summary>
    public static string[] Keys(this YamlNode node, string path) =>
        [.. ((YamlMappingNode)node.Find(path)!).Children.Keys.Select(key => ((YamlScalarNode)key).Value!)];

    /// <summary>The texts of the list at a path.</summary>
    public static string[] Texts(this YamlNode node, string path) => node.Find(path) is YamlSequenceNode list
        ? [.. list.Children.Select(item => ((YamlScalarNode)item).Value!)]
        : [];
}
