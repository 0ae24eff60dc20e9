namespace Pds.Xrpc;

/// <summary>What the request middleware has to know of a method, worked out once when it is mapped.</summary>
internal sealed record XrpcMethod(string Nsid, XrpcInput Input, long? BodyLimit, QueryRule[] Query);

/// <summary>The body that a method takes.</summary>
/// <param name="ContentTypes">Media types that are accepted; empty when no body is.</param>
internal sealed record XrpcInput(params string[] ContentTypes)
{
    public static XrpcInput None { get; } = new();

    public static XrpcInput Json { get; } = new("application/json");

    public bool Accepts(ReadOnlySpan<char> mediaType)
    {
        foreach (var accepted in ContentTypes)
        {
            if (accepted == "*/*" || mediaType.Equals(accepted, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }
}

/// <summary>The most bytes a body may have once decoded; null for no limit.</summary>
internal sealed record BodyLimit(long? Bytes);
