using System.Globalization;
using AtProto.Cbor;

namespace AtProto.Lexicons.Schemas;

internal sealed class BytesNode(int minLength, int maxLength) : SchemaNode
{
    public override bool Check(ref SchemaWalk walk)
    {
        if (walk.Reader.PeekKind() != CborKind.Bytes)
        {
            return walk.Fail("must be a byte array");
        }

        var length = walk.Reader.ReadBytes().Length;
        if (length > maxLength)
        {
            return walk.Fail(string.Create(CultureInfo.InvariantCulture, $"must not be larger than {maxLength} bytes"));
        }

        return length >= minLength ||
            walk.Fail(string.Create(CultureInfo.InvariantCulture, $"must not be smaller than {minLength} bytes"));
    }
}
