using System.Globalization;
using AtProto.Cbor;

namespace AtProto.Lexicons.Schemas;

internal sealed class IntegerNode(long minimum, long maximum, long[]? allowed, long? constant, long? defaultValue)
    : SchemaNode
{
    public long? Default { get; } = defaultValue;

    public override bool Check(ref SchemaWalk walk)
    {
        if (walk.Reader.PeekKind() != CborKind.Integer)
        {
            return walk.Fail("must be an integer");
        }

        return Complain(walk.Reader.ReadInt64()) is not { } complaint || walk.Fail(complaint);
    }

    public string? Complain(long value)
    {
        if (constant is { } only && value != only)
        {
            return string.Create(CultureInfo.InvariantCulture, $"must be {only}");
        }

        if (allowed is not null && !allowed.AsSpan().Contains(value))
        {
            return $"must be one of ({string.Join('|', allowed)})";
        }

        if (value > maximum)
        {
            return string.Create(CultureInfo.InvariantCulture, $"can not be greater than {maximum}");
        }

        return value < minimum ? string.Create(CultureInfo.InvariantCulture, $"can not be less than {minimum}") : null;
    }
}
