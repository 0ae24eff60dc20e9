using AtProto.Cbor;

namespace AtProto.Lexicons.Schemas;

internal sealed class LinkNode : SchemaNode
{
    public override bool Check(ref SchemaWalk walk)
    {
        if (walk.Reader.PeekKind() != CborKind.Link)
        {
            return walk.Fail("must be a CID link");
        }

        walk.Reader.ReadLinkBytes();
        return true;
    }
}
