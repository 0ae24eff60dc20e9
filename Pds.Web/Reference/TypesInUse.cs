using System.Text.Json;

namespace Pds.Web.Reference;

/// <summary>The definitions that a method's parts lead to, each once, in the order in which a reader meets them.</summary>
internal sealed class TypesInUse(Lexicons lexicons)
{
    // A reader of a timeline's schema has seen enough of posts in posts.
    private const int Most = 40;

    /// <summary>Full names with their definitions. What is not bundled is left out.</summary>
    public IReadOnlyList<(string Name, JsonElement Definition)> Of(MethodDocument method)
    {
        var found = new List<(string, JsonElement)>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var waiting = new Queue<string>();
        Collect(method.Main, method.Nsid, waiting);
        while (found.Count < Most && waiting.TryDequeue(out var name))
        {
            if (seen.Add(name) && lexicons.FindDefinition(name) is { } definition)
            {
                found.Add((name, definition));
                Collect(definition, name[..name.IndexOf('#', StringComparison.Ordinal)], waiting);
            }
        }

        return found;
    }

    private static void Collect(JsonElement json, string document, Queue<string> names)
    {
        if (json.ValueKind == JsonValueKind.Array)
        {
            foreach (var item in json.EnumerateArray())
            {
                Collect(item, document, names);
            }
        }
        else if (json.ValueKind == JsonValueKind.Object)
        {
            foreach (var property in json.EnumerateObject())
            {
                if (property is { Name: "ref", Value.ValueKind: JsonValueKind.String })
                {
                    names.Enqueue(Lexicons.Resolve(property.Value.GetString()!, document));
                }
                else if (property is { Name: "refs", Value.ValueKind: JsonValueKind.Array })
                {
                    foreach (var item in property.Value.EnumerateArray())
                    {
                        names.Enqueue(Lexicons.Resolve(item.GetString()!, document));
                    }
                }
                else
                {
                    Collect(property.Value, document, names);
                }
            }
        }
    }
}
