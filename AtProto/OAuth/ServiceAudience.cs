namespace AtProto.OAuth;

/// <summary>A service of a DID as scopes name it: <c>did:web:api.example#svc</c>.</summary>
internal static class ServiceAudience
{
    public static bool IsValid(string text)
    {
        var hash = text.IndexOf('#', StringComparison.Ordinal);
        return hash > 0
            && hash < text.Length - 1
            && text.IndexOf('#', hash + 1) < 0
            && !text.Contains(' ', StringComparison.Ordinal)
            && (text.StartsWith("did:plc:", StringComparison.Ordinal) || text.StartsWith("did:web:", StringComparison.Ordinal))
            && Did.TryParse(text[..hash], out _);
    }
}
