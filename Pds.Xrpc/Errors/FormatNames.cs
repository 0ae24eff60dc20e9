using AtProto;

namespace Pds.Xrpc;

/// <summary>What the lexicons call the types that values are read into.</summary>
internal static class FormatNames
{
    private static readonly Dictionary<string, string> Known = new(StringComparer.Ordinal)
    {
        [nameof(String)] = "a string",
        ["string"] = "a string",
        [nameof(Boolean)] = "a boolean",
        ["boolean"] = "a boolean",
        [nameof(Int32)] = "an integer",
        [nameof(Int64)] = "an integer",
        [nameof(DateTimeOffset)] = "a valid atproto datetime (both RFC-3339 and ISO-8601)",
        [nameof(AtIdentifier)] = "a valid did or a handle",
        [nameof(AtUri)] = "a valid at-uri",
        [nameof(Cid)] = "a cid string",
        [nameof(Did)] = "a valid did",
        [nameof(Handle)] = "a valid handle",
        [nameof(Nsid)] = "a valid nsid",
        [nameof(RecordKey)] = "a valid record key",
        [nameof(Tid)] = "a valid TID",
    };

    /// <summary>With its article: <c>a valid did</c>.</summary>
    public static string Of(Type type) => Of(type.Name);

    /// <summary>With its article. What is no single value is an object.</summary>
    /// <param name="name">A type's name, perhaps with its namespace, or as it is written of one with parameters.</param>
    public static string Of(string name)
    {
        if (name.EndsWith("[]", StringComparison.Ordinal) || name.StartsWith("System.Collections.", StringComparison.Ordinal))
        {
            return "an array";
        }

        var simple = name.TrimEnd(']');
        simple = simple[(simple.LastIndexOfAny(['.', '[', '+']) + 1)..];
        return Known.GetValueOrDefault(simple, "an object");
    }
}
