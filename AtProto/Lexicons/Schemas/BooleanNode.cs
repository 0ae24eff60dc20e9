using AtProto.Cbor;

namespace AtProto.Lexicons.Schemas;

internal sealed class BooleanNode(bool? constant, bool? defaultValue) : SchemaNode
{
    public bool? Default { get; } = defaultValue;

    public override bool Check(ref SchemaWalk walk)
    {
        if (walk.Reader.PeekKind() != CborKind.Boolean)
        {
            return walk.Fail("must be a boolean");
        }

        return Complain(walk.Reader.ReadBoolean()) is not { } complaint || walk.Fail(complaint);
    }

    public string? Complain(bool value) =>
        constant is { } only && value != only ? $"must be {(only ? "true" : "false")}" : null;
}
