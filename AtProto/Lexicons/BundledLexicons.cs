namespace AtProto.Lexicons;

/// <summary>The lexicon documents inside this assembly: a resource each, such as <c>lexicons/app/bsky/feed/post</c>.</summary>
internal static class BundledLexicons
{
    private const string Prefix = "lexicons/";

    public static IEnumerable<KeyValuePair<string, Func<byte[]>>> Sources() =>
        from resource in typeof(BundledLexicons).Assembly.GetManifestResourceNames()
        where resource.StartsWith(Prefix, StringComparison.Ordinal)
        select KeyValuePair.Create<string, Func<byte[]>>(
            resource[Prefix.Length..].Replace('/', '.'), () => Read(resource));

    private static byte[] Read(string resource)
    {
        using var stream = typeof(BundledLexicons).Assembly.GetManifestResourceStream(resource)!;
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
