namespace AtProto.Cbor;

/// <summary>The canonical order of map keys: shorter ones first, then byte by byte.</summary>
public static class CborKey
{
    /// <summary>Orders two keys.</summary>
    /// <param name="left">UTF-8.</param>
    /// <param name="right">UTF-8.</param>
    /// <returns>Negative when <paramref name="left"/> comes first, zero when they are equal.</returns>
    public static int Compare(ReadOnlySpan<byte> left, ReadOnlySpan<byte> right) =>
        left.Length != right.Length ? left.Length - right.Length : left.SequenceCompareTo(right);
}
