using AtProto.Cbor;

namespace AtProto.Data;

/// <summary>
/// Finds the blobs that a record names, by shape and wherever they stand, whatever the record's schema. A map that is
/// nearly a blob is a map: one with a further key, a type without <c>/</c>, a negative size or a CID that is not raw. Source:
/// atproto specification, "Data Model", "blob type".
/// </summary>
public static class BlobReferences
{
    /// <summary>Finds blobs of the current and of the legacy form, in the order of the bytes.</summary>
    /// <param name="record">One canonical DAG-CBOR value.</param>
    /// <exception cref="CborException">The bytes are not such a value.</exception>
    public static List<BlobReference> Find(ReadOnlySpan<byte> record)
    {
        var found = new List<BlobReference>();
        var reader = new CborReader(record);
        Visit(ref reader, found, CborLimits.Default.MaxDepth);
        return found;
    }

    private static void Visit(ref CborReader reader, List<BlobReference> found, int depth)
    {
        switch (reader.PeekKind())
        {
            case CborKind.Array:
                var items = reader.ReadArrayHeader();
                CheckDepth(in reader, depth);
                for (var i = 0; i < items; i++)
                {
                    Visit(ref reader, found, depth - 1);
                }

                break;
            case CborKind.Map:
                VisitMap(ref reader, found, depth);
                break;
            default:
                reader.Skip();
                break;
        }
    }

    private static void VisitMap(ref CborReader reader, List<BlobReference> found, int depth)
    {
        var count = reader.ReadMapHeader();
        CheckDepth(in reader, depth);

        ReadOnlySpan<byte> type = default, mimeType = default, link = default, legacy = default;
        var size = -1L;
        for (var i = 0; i < count; i++)
        {
            var key = reader.ReadTextSpan();
            var kind = reader.PeekKind();
            if (kind == CborKind.Text && key.SequenceEqual("$type"u8))
            {
                type = reader.ReadTextSpan();
            }
            else if (kind == CborKind.Text && key.SequenceEqual("mimeType"u8))
            {
                mimeType = reader.ReadTextSpan();
            }
            else if (kind == CborKind.Link && key.SequenceEqual("ref"u8))
            {
                link = reader.ReadLinkBytes();
            }
            else if (kind == CborKind.Text && key.SequenceEqual("cid"u8))
            {
                legacy = reader.ReadTextSpan();
            }
            else if (kind == CborKind.Integer && key.SequenceEqual("size"u8))
            {
                size = reader.ReadInt64();
            }
            else
            {
                Visit(ref reader, found, depth - 1);
            }
        }

        if (count == 4 && type.SequenceEqual("blob"u8) && mimeType.Contains((byte)'/') && size >= 0
            && Cid.TryRead(link, out var cid) && cid.Codec == CidCodec.Raw)
        {
            found.Add(new BlobReference(cid, Text(mimeType), size, IsLegacy: false));
        }
        else if (count == 2 && !mimeType.IsEmpty && Cid.TryParse(Text(legacy), out cid))
        {
            found.Add(new BlobReference(cid, Text(mimeType), -1, IsLegacy: true));
        }
    }

    private static void CheckDepth(in CborReader reader, int depth)
    {
        if (depth == 0)
        {
            throw reader.Fail("no deeper nesting");
        }
    }

    private static string Text(ReadOnlySpan<byte> utf8) => System.Text.Encoding.UTF8.GetString(utf8);
}
