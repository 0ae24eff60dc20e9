using AtProto.Cbor;

namespace AtProto.Lexicons.Schemas;

/// <summary>Looks ahead for the <c>$type</c> of a map; the caller's own reader stays where it is.</summary>
internal static class TypeProbe
{
    public static bool TryFind(CborReader reader, out ReadOnlySpan<byte> type)
    {
        type = default;
        if (reader.PeekKind() != CborKind.Map)
        {
            return false;
        }

        var key = "$type"u8;
        for (var count = reader.ReadMapHeader(); count > 0; count--)
        {
            var order = CanonicalKeys.Compare(reader.ReadTextSpan(), key);
            if (order >= 0)
            {
                if (order > 0 || reader.PeekKind() != CborKind.Text)
                {
                    return false;
                }

                type = reader.ReadTextSpan();
                return true;
            }

            reader.Skip();
        }

        return false;
    }
}
