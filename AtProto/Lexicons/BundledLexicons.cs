namespace AtProto.Lexicons;

/// <summary>The lexicon documents inside this assembly: a resource each, such as <c>lexicons/app/bsky/feed/post</c>.</summary>
public static class BundledLexicons
{
    private const string Prefix = "lexicons/";

    /// <summary>The JSON of a document; null when there is none of that name.</summary>
    /// <param name="id">The name, compared byte by byte.</param>
    public static byte[]? Find(Nsid id) =>
        typeof(BundledLexicons).Assembly.GetManifestResourceInfo(ResourceOf(id)) is null ? null : Read(ResourceOf(id));

    internal static IEnumerable<KeyValuePair<string, Func<byte[]>>> Sources() =>
        from resource in typeof(BundledLexicons).Assembly.GetManifestResourceNames()
        where resource.StartsWith(Prefix, StringComparison.Ordinal)
        select KeyValuePair.Create<string, Func<byte[]>>(
            resource[Prefix.Length..].Replace('/', '.'), () => Read(resource));

    private static string ResourceOf(Nsid id) => Prefix + id.Value.Replace('.', '/');

    private static byte[] Read(string resource)
    {
        using var stream = typeof(BundledLexicons).Assembly.GetManifestResourceStream(resource)!;
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
