using System.Text.Json;

namespace Pds.Web.Reference;

/// <summary>A property or parameter, in words.</summary>
/// <param name="Type">Such as <c>array of string</c>.</param>
/// <param name="Links">The definitions that the type names, in full.</param>
/// <param name="Rules">Bounds, formats and defaults.</param>
internal sealed record Field(
    string Name, string Type, IReadOnlyList<string> Links, bool IsRequired, IReadOnlyList<string> Rules, string? Description)
{
    private static readonly (string Name, string Words)[] Bounds =
    [
        ("format", "format {0}"), ("minimum", "at least {0}"), ("maximum", "at most {0}"), ("minLength", "at least {0} long"),
        ("maxLength", "at most {0} long"), ("minGraphemes", "at least {0} characters"), ("maxGraphemes", "at most {0} characters"),
        ("enum", "one of {0}"), ("knownValues", "such as {0}"), ("const", "always {0}"), ("default", "{0} unless given"),
        ("maxSize", "at most {0} bytes"), ("accept", "media types {0}"),
    ];

    /// <summary>The properties of an object or of parameters; none of anything else.</summary>
    public static IReadOnlyList<Field> Of(JsonElement definition, string document)
    {
        if (!definition.TryGetProperty("properties", out var properties))
        {
            return [];
        }

        var required = definition.TryGetProperty("required", out var names)
            ? names.EnumerateArray().Select(name => name.GetString()).ToHashSet()
            : [];
        return
        [
            .. properties.EnumerateObject().Select(property =>
                Of(property.Name, property.Value, document, required.Contains(property.Name)))
        ];
    }

    /// <summary>One value by itself.</summary>
    public static Field Of(string name, JsonElement schema, string document, bool isRequired)
    {
        var links = new List<string>();
        return new(name, TypeOf(schema, document, links), links, isRequired, [.. RulesOf(schema)], Lexicons.Text(schema, "description"));
    }

    private static string TypeOf(JsonElement schema, string document, List<string> links)
    {
        switch (Lexicons.Text(schema, "type"))
        {
            case "array":
                return $"array of {TypeOf(schema.GetProperty("items"), document, links)}";
            case "ref":
                links.Add(Lexicons.Resolve(Lexicons.Text(schema, "ref")!, document));
                return "object";
            case "union":
                links.AddRange(schema.GetProperty("refs").EnumerateArray().Select(item => Lexicons.Resolve(item.GetString()!, document)));
                return schema.TryGetProperty("closed", out var closed) && closed.GetBoolean() ? "one of" : "one of these, or another";
            case "unknown":
                return "any object";
            case var known:
                return known!;
        }
    }

    private static IEnumerable<string> RulesOf(JsonElement schema)
    {
        foreach (var (name, words) in Bounds)
        {
            if (schema.TryGetProperty(name, out var value))
            {
                yield return string.Format(System.Globalization.CultureInfo.InvariantCulture, words, Words(value));
            }
        }

        if (schema.TryGetProperty("items", out var items))
        {
            foreach (var rule in RulesOf(items))
            {
                yield return $"each {rule}";
            }
        }
    }

    private static string Words(JsonElement value) => value.ValueKind == JsonValueKind.Array
        ? string.Join(", ", value.EnumerateArray().Select(Words))
        : value.ToString();
}
