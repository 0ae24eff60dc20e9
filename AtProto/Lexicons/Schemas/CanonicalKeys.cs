namespace AtProto.Lexicons.Schemas;

/// <summary>The order of map keys in DRISL: shorter first, then byte by byte.</summary>
internal static class CanonicalKeys
{
    public static int Compare(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right) =>
        left.Length != right.Length ? left.Length - right.Length : left.SequenceCompareTo(right);
}
