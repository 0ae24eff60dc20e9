namespace AtProto.OAuth;

/// <summary><c>blob:TYPE/SUBTYPE</c>: uploading blobs of some media types.</summary>
public sealed class BlobScope : Scope
{
    internal const string Prefix = "blob";

    private const string Any = "*/*";

    private BlobScope(List<string> accept) => Accept = accept;

    /// <summary>Media types in lower case and in the order of their bytes: <c>image/png</c>, <c>image/*</c> or <c>*/*</c>.</summary>
    public IReadOnlyList<string> Accept { get; }

    /// <summary>The scope that an upload needs at least.</summary>
    /// <param name="mediaType">The media type.</param>
    public static BlobScope Needed(string mediaType) => new([mediaType]);

    /// <summary>Whether an upload is covered.</summary>
    /// <param name="mediaType">The media type of the upload, without parameters.</param>
    public bool Allows(ReadOnlySpan<char> mediaType)
    {
        if (!IsMediaType(mediaType))
        {
            return false;
        }

        for (var i = 0; i < Accept.Count; i++)
        {
            if (Covers(Accept[i], mediaType))
            {
                return true;
            }
        }

        return false;
    }

    internal static BlobScope? Read(ScopeSyntax syntax)
    {
        if (!syntax.HasOnly("accept") || syntax.ReadMany("accept", isPositional: true) is not { Count: > 0 } values)
        {
            return null;
        }

        var types = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var value in values)
        {
            if (!IsPattern(value))
            {
                return null;
            }

            types.Add(value.ToLowerInvariant());
        }

        // What another covers says nothing.
        var accept = types.Contains(Any)
            ? [Any]
            : types.Where(type => type.EndsWith("/*", StringComparison.Ordinal) || !types.Contains(type[..(type.IndexOf('/', StringComparison.Ordinal) + 1)] + "*")).ToList();
        return new BlobScope(accept);
    }

    private static bool Covers(string pattern, ReadOnlySpan<char> type) =>
        pattern == Any
        || (pattern.EndsWith("/*", StringComparison.Ordinal)
            ? type.StartsWith(pattern.AsSpan(0, pattern.Length - 1), StringComparison.OrdinalIgnoreCase)
            : type.Equals(pattern, StringComparison.OrdinalIgnoreCase));

    private static bool IsPattern(ReadOnlySpan<char> text) =>
        text is Any || IsMediaType(text) || (text.EndsWith("/*") && HasTwoParts(text) && text.IndexOf('*') == text.Length - 1);

    private static bool IsMediaType(ReadOnlySpan<char> text) => HasTwoParts(text) && !text.Contains('*');

    private static bool HasTwoParts(ReadOnlySpan<char> text)
    {
        var slash = text.IndexOf('/');
        return slash > 0 && slash < text.Length - 1 && text.LastIndexOf('/') == slash && !text.Contains(' ');
    }

    private protected override string Write() => ScopeSyntax.Write(Prefix, "accept", Accept).ToString();
}
