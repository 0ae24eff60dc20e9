using System.Text;
using System.Text.Json;

namespace AtProto.Lexicons.Schemas;

/// <summary>A place in a lexicon document's JSON, which knows its way back to the root for error messages.</summary>
internal sealed class DocumentNode(JsonElement json, DocumentNode? parent = null, string name = "")
{
    public LexiconException Error(string complaint)
    {
        var pointer = new StringBuilder();
        Append(pointer);
        return new(pointer.ToString(), complaint);
    }

    public DocumentNode? Optional(string property)
    {
        if (json.ValueKind != JsonValueKind.Object)
        {
            throw Error("must be an object");
        }

        return json.TryGetProperty(property, out var value) ? new(value, this, property) : null;
    }

    public DocumentNode Required(string property) =>
        Optional(property) ?? throw Error($"must have the property \"{property}\"");

    public string Text() => json.ValueKind == JsonValueKind.String ? json.GetString()! : throw Error("must be a string");

    /// <summary>A string that is not empty.</summary>
    public string Name() => Text() is { Length: > 0 } text ? text : throw Error("must not be empty");

    public bool Boolean() => json.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw Error("must be a boolean"),
    };

    public long Integer() => json.ValueKind == JsonValueKind.Number && json.TryGetInt64(out var value)
        ? value
        : throw Error("must be an integer");

    /// <summary>A count or size.</summary>
    public int Length() =>
        Integer() is >= 0 and <= int.MaxValue and var value ? (int)value : throw Error("must not be negative or huge");

    public IEnumerable<DocumentNode> Items()
    {
        if (json.ValueKind != JsonValueKind.Array)
        {
            throw Error("must be an array");
        }

        return json.EnumerateArray().Select((item, index) => new DocumentNode(item, this, $"{index}"));
    }

    public IEnumerable<(string Name, DocumentNode Value)> Members()
    {
        if (json.ValueKind != JsonValueKind.Object)
        {
            throw Error("must be an object");
        }

        return json.EnumerateObject().Select(member => (member.Name, new DocumentNode(member.Value, this, member.Name)));
    }

    private void Append(StringBuilder pointer)
    {
        if (parent is not null)
        {
            parent.Append(pointer);
            var token = name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);
            pointer.Append('/').Append(token);
        }
    }
}
