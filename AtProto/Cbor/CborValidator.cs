namespace AtProto.Cbor;

/// <summary>
/// Checks that bytes are one canonical DAG-CBOR value and nothing else: what <see cref="CborReader"/> refuses, keys out of
/// order or twice, trailing bytes, and more than the limits allow. Allocates nothing unless it refuses.
/// </summary>
public static class CborValidator
{
    /// <summary>Checks one whole value.</summary>
    /// <param name="value">The bytes.</param>
    /// <param name="limits">What it may cost; the protocol's ceilings when null.</param>
    /// <exception cref="CborException">They are not one canonical value within the limits.</exception>
    public static void Validate(ReadOnlySpan<byte> value, CborLimits? limits = null)
    {
        limits ??= CborLimits.Default;
        var reader = new CborReader(value);
        Check(ref reader, limits, limits.MaxDepth);
        if (!reader.IsAtEnd)
        {
            throw reader.Fail("no more bytes");
        }
    }

    /// <summary>Whether bytes are one canonical value within the limits.</summary>
    /// <param name="value">The bytes.</param>
    /// <param name="limits">What it may cost; the protocol's ceilings when null.</param>
    public static bool IsValid(ReadOnlySpan<byte> value, CborLimits? limits = null)
    {
        try
        {
            Validate(value, limits);
            return true;
        }
        catch (CborException)
        {
            return false;
        }
    }

    private static void Check(ref CborReader reader, CborLimits limits, int depth)
    {
        switch (reader.PeekKind())
        {
            case CborKind.Array:
                var items = reader.ReadArrayHeader();
                CheckSize(in reader, items, limits, depth);
                for (var i = 0; i < items; i++)
                {
                    Check(ref reader, limits, depth - 1);
                }

                break;

            case CborKind.Map:
                var entries = reader.ReadMapHeader();
                CheckSize(in reader, entries, limits, depth);
                ReadOnlySpan<byte> previous = default;
                for (var i = 0; i < entries; i++)
                {
                    var key = reader.ReadTextSpan();
                    if (key.Length > limits.MaxKeyLength)
                    {
                        throw reader.Fail($"a key of at most {limits.MaxKeyLength} bytes");
                    }

                    if (i > 0 && CborKey.Compare(previous, key) >= 0)
                    {
                        throw reader.Fail("keys in their order, each once");
                    }

                    previous = key;
                    Check(ref reader, limits, depth - 1);
                }

                break;

            default:
                reader.Skip();
                break;
        }
    }

    private static void CheckSize(in CborReader reader, int count, CborLimits limits, int depth)
    {
        if (depth == 0)
        {
            throw reader.Fail($"no more than {limits.MaxDepth} levels");
        }

        if (count > limits.MaxItems)
        {
            throw reader.Fail($"at most {limits.MaxItems} elements");
        }
    }
}
