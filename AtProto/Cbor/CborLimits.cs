namespace AtProto.Cbor;

/// <summary>
/// What an untrusted value may cost. The defaults are the ceilings of the protocol's data-validation guide.
/// </summary>
/// <param name="MaxDepth">How deep arrays and maps may nest.</param>
/// <param name="MaxItems">How many elements one array, or entries one map, may have.</param>
/// <param name="MaxKeyLength">The longest map key, in bytes.</param>
public sealed record CborLimits(int MaxDepth = 32, int MaxItems = 131_072, int MaxKeyLength = 8192)
{
    /// <summary>The protocol's ceilings.</summary>
    public static CborLimits Default { get; } = new();
}
