using System.Text;
using AtProto.Cbor;

namespace AtProto.Lexicons.Schemas;

/// <summary>A named constant: as a value, the text of its own full name.</summary>
internal sealed class TokenNode(SchemaName name) : SchemaNode
{
    private readonly byte[] _value = Encoding.UTF8.GetBytes(name.ToString());

    public override bool Check(ref SchemaWalk walk) =>
        (walk.Reader.PeekKind() == CborKind.Text && walk.Reader.ReadTextSpan().SequenceEqual(_value)) ||
        walk.Fail($"must be the token {name}");
}
