using AtProto.Cbor;

namespace AtProto.Lexicons.Schemas;

/// <summary>Any map that is data of its own: a blob is a leaf of the data model, like bytes and links.</summary>
internal sealed class UnknownNode : SchemaNode
{
    public override bool Check(ref SchemaWalk walk)
    {
        if (walk.Reader.PeekKind() != CborKind.Map)
        {
            return walk.Fail("must be an object");
        }

        if (TypeProbe.TryFind(walk.Reader, out var type) && type.SequenceEqual("blob"u8))
        {
            return walk.Fail("must be an object, not a blob");
        }

        walk.Reader.Skip();
        return true;
    }
}
