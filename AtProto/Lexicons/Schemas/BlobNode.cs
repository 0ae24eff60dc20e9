using System.Globalization;
using System.Text;
using AtProto.Cbor;

namespace AtProto.Lexicons.Schemas;

/// <summary>A blob in its current form, which has exactly four keys.</summary>
internal sealed class BlobNode(byte[][]? accept, long maxSize) : SchemaNode
{
    public override bool Check(ref SchemaWalk walk)
    {
        if (walk.Reader.PeekKind() != CborKind.Map || walk.Reader.ReadMapHeader() != 4)
        {
            return FailShape(ref walk);
        }

        if (!TryReadKey(ref walk, "ref"u8, CborKind.Link))
        {
            return FailShape(ref walk);
        }

        var cid = walk.Reader.ReadLinkBytes();
        if (!TryReadKey(ref walk, "size"u8, CborKind.Integer))
        {
            return FailShape(ref walk);
        }

        var size = walk.Reader.ReadInt64();
        if (!TryReadKey(ref walk, "$type"u8, CborKind.Text) || !walk.Reader.ReadTextSpan().SequenceEqual("blob"u8) ||
            !TryReadKey(ref walk, "mimeType"u8, CborKind.Text))
        {
            return FailShape(ref walk);
        }

        var mimeType = walk.Reader.ReadTextSpan();
        if (size < 0 || !mimeType.Contains((byte)'/'))
        {
            return FailShape(ref walk);
        }

        if (!walk.IsLenient && (!Cid.TryRead(cid, out var parsed) || parsed.Codec != CidCodec.Raw))
        {
            return walk.Fail("must refer to its blob by a raw sha-256 CID");
        }

        if (accept is not null && !IsAccepted(mimeType))
        {
            return walk.Fail($"must be a blob of type {string.Join(", ", accept.Select(Encoding.UTF8.GetString))}");
        }

        return size <= maxSize ||
            walk.Fail(string.Create(CultureInfo.InvariantCulture, $"must be a blob of at most {maxSize} bytes"));
    }

    private static bool TryReadKey(ref SchemaWalk walk, ReadOnlySpan<byte> key, CborKind kind) =>
        walk.Reader.ReadTextSpan().SequenceEqual(key) && walk.Reader.PeekKind() == kind;

    private static bool FailShape(ref SchemaWalk walk) =>
        walk.Fail("must be a blob with exactly $type, ref, mimeType and size");

    private bool IsAccepted(ReadOnlySpan<byte> mimeType)
    {
        foreach (var pattern in accept!)
        {
            if (pattern.AsSpan().EndsWith("/*"u8)
                ? pattern.AsSpan().SequenceEqual("*/*"u8) || mimeType.StartsWith(pattern.AsSpan(0, pattern.Length - 1))
                : mimeType.SequenceEqual(pattern))
            {
                return true;
            }
        }

        return false;
    }
}
