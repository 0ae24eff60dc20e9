using System.Globalization;
using AtProto.Cbor;

namespace AtProto.Lexicons.Schemas;

internal sealed class ArrayNode(SchemaNode items, int minLength, int maxLength) : SchemaNode
{
    public SchemaNode Items { get; } = items;

    public override bool Check(ref SchemaWalk walk)
    {
        if (walk.Reader.PeekKind() != CborKind.Array)
        {
            return walk.Fail("must be an array");
        }

        if (!walk.TryEnter())
        {
            return false;
        }

        var count = walk.Reader.ReadArrayHeader();
        if (Complain(count) is { } complaint)
        {
            return walk.Fail(complaint);
        }

        for (var i = 0; i < count; i++)
        {
            if (!Items.Check(ref walk))
            {
                return walk.FailedIn(i.ToString(CultureInfo.InvariantCulture));
            }
        }

        walk.Leave();
        return true;
    }

    public string? Complain(int count)
    {
        if (count > maxLength)
        {
            return string.Create(CultureInfo.InvariantCulture, $"must not have more than {maxLength} elements");
        }

        return count < minLength
            ? string.Create(CultureInfo.InvariantCulture, $"must not have fewer than {minLength} elements")
            : null;
    }
}
