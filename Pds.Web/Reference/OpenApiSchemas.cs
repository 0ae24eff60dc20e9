using System.Text.Json;
using System.Text.Json.Nodes;

namespace Pds.Web.Reference;

/// <summary>Lexicon types as JSON Schema (2020-12), as OpenAPI 3.1 has it.</summary>
internal static class OpenApiSchemas
{
    private static readonly (string Lexicon, string Schema)[] Kept =
    [
        ("description", "description"), ("minimum", "minimum"), ("maximum", "maximum"), ("minLength", "minLength"),
        ("maxLength", "maxLength"), ("enum", "enum"), ("const", "const"), ("default", "default"), ("maxGraphemes", "x-maxGraphemes"),
        ("knownValues", "x-knownValues"),
    ];

    /// <summary>The name of a component: <c>app.bsky.feed.defs.postView</c>.</summary>
    /// <param name="name">In full.</param>
    public static string ComponentOf(string name) =>
        name.EndsWith("#main", StringComparison.Ordinal) ? name[..^"#main".Length] : name.Replace('#', '.');

    public static JsonObject Of(JsonElement schema, string document)
    {
        var json = Lexicons.Text(schema, "type") switch
        {
            "ref" => Reference(Lexicons.Resolve(Lexicons.Text(schema, "ref")!, document)),
            "union" => Union(schema, document),
            "array" => Array(schema, document),
            "object" or "params" => Object(schema, document),
            "record" => Object(schema.GetProperty("record"), document),
            "string" => Text(schema),
            "token" => new JsonObject { ["type"] = "string" },
            "integer" or "boolean" => new JsonObject { ["type"] = Lexicons.Text(schema, "type") },
            "bytes" => Wrapped("$bytes", new JsonObject { ["type"] = "string", ["contentEncoding"] = "base64" }),
            "cid-link" => Wrapped("$link", new JsonObject { ["type"] = "string", ["format"] = "cid" }),
            "blob" => Blob(),
            _ => new JsonObject { ["type"] = "object", ["additionalProperties"] = true },
        };
        foreach (var (lexicon, name) in Kept)
        {
            // Beside an array the bounds of its length have other names.
            if (schema.TryGetProperty(lexicon, out var value) && !json.ContainsKey(name)
                && !(Lexicons.Text(schema, "type") is "array" or "bytes" && lexicon is "minLength" or "maxLength"))
            {
                json[name] = JsonNode.Parse(value.GetRawText());
            }
        }

        return json;
    }

    public static JsonObject Reference(string name) => new() { ["$ref"] = $"#/components/schemas/{ComponentOf(name)}" };

    private static JsonObject Text(JsonElement schema)
    {
        var json = new JsonObject { ["type"] = "string" };
        if (Lexicons.Text(schema, "format") is { } format)
        {
            json["format"] = format == "datetime" ? "date-time" : format;
        }

        return json;
    }

    private static JsonObject Array(JsonElement schema, string document)
    {
        var json = new JsonObject { ["type"] = "array", ["items"] = Of(schema.GetProperty("items"), document) };
        foreach (var (lexicon, name) in new[] { ("minLength", "minItems"), ("maxLength", "maxItems") })
        {
            if (schema.TryGetProperty(lexicon, out var value))
            {
                json[name] = value.GetInt32();
            }
        }

        return json;
    }

    private static JsonObject Object(JsonElement schema, string document)
    {
        var json = new JsonObject { ["type"] = "object" };
        var nullable = schema.TryGetProperty("nullable", out var names)
            ? names.EnumerateArray().Select(name => name.GetString()).ToHashSet()
            : [];
        if (schema.TryGetProperty("properties", out var properties))
        {
            var all = new JsonObject();
            foreach (var property in properties.EnumerateObject())
            {
                var value = Of(property.Value, document);
                all[property.Name] = nullable.Contains(property.Name)
                    ? new JsonObject { ["anyOf"] = new JsonArray(value, new JsonObject { ["type"] = "null" }) }
                    : value;
            }

            json["properties"] = all;
        }

        if (schema.TryGetProperty("required", out var required) && required.GetArrayLength() > 0)
        {
            json["required"] = JsonNode.Parse(required.GetRawText());
        }

        return json;
    }

    private static JsonObject Union(JsonElement schema, string document)
    {
        var branches = new JsonArray();
        foreach (var item in schema.GetProperty("refs").EnumerateArray())
        {
            var name = Lexicons.Resolve(item.GetString()!, document);
            var type = name.EndsWith("#main", StringComparison.Ordinal) ? name[..^"#main".Length] : name;
            branches.Add(new JsonObject { ["allOf"] = new JsonArray(Reference(name), Typed(new JsonObject { ["const"] = type })) });
        }

        if (!schema.TryGetProperty("closed", out var closed) || !closed.GetBoolean())
        {
            branches.Add(Typed(new JsonObject { ["type"] = "string" }));
        }

        return new JsonObject { ["anyOf"] = branches };
    }

    private static JsonObject Typed(JsonObject type) => new()
    {
        ["type"] = "object", ["properties"] = new JsonObject { ["$type"] = type }, ["required"] = new JsonArray("$type"),
    };

    private static JsonObject Wrapped(string name, JsonObject value) => new()
    {
        ["type"] = "object", ["properties"] = new JsonObject { [name] = value }, ["required"] = new JsonArray(name),
    };

    private static JsonObject Blob() => new()
    {
        ["type"] = "object",
        ["properties"] = new JsonObject
        {
            ["$type"] = new JsonObject { ["const"] = "blob" },
            ["ref"] = Wrapped("$link", new JsonObject { ["type"] = "string", ["format"] = "cid" }),
            ["mimeType"] = new JsonObject { ["type"] = "string" },
            ["size"] = new JsonObject { ["type"] = "integer" },
        },
        ["required"] = new JsonArray("$type", "ref", "mimeType", "size"),
    };
}
