namespace AtProto.Lexicons.Schemas;

/// <summary>The full name of a definition: <c>com.example.defs#view</c>; without fragment for <c>main</c>.</summary>
internal readonly record struct SchemaName(string Document, string Definition)
{
    public const string Main = "main";

    /// <summary>Parses <c>nsid</c>, <c>nsid#name</c> or, inside a document, <c>#name</c>.</summary>
    public static bool TryParse(string text, string document, out SchemaName name)
    {
        var hash = text.IndexOf('#', StringComparison.Ordinal);
        name = hash switch
        {
            < 0 => new(text, Main),
            0 => new(document, text[1..]),
            _ => new(text[..hash], text[(hash + 1)..]),
        };
        return Nsid.IsValid(name.Document) && IsDefinition(name.Definition);
    }

    /// <summary>Whether the text can name a definition: letters, digits, <c>_</c> and <c>-</c>, at most 128.</summary>
    public static bool IsDefinition(ReadOnlySpan<char> text)
    {
        foreach (var c in text)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('_' or '-'))
            {
                return false;
            }
        }

        return text.Length is > 0 and <= 128;
    }

    public override string ToString() => Definition == Main ? Document : $"{Document}#{Definition}";
}
