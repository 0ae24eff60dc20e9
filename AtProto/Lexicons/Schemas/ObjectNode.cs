using AtProto.Cbor;

namespace AtProto.Lexicons.Schemas;

/// <summary>A map with known properties. Properties and keys are in the same order, so one merge visits both.</summary>
internal sealed class ObjectNode : SchemaNode
{
    private readonly ObjectProperty[] _properties;

    public ObjectNode(ObjectProperty[] properties)
    {
        _properties = properties;
        Array.Sort(_properties, static (left, right) => CanonicalKeys.Compare(left.Key, right.Key));
    }

    public override bool Check(ref SchemaWalk walk)
    {
        if (walk.Reader.PeekKind() != CborKind.Map)
        {
            return walk.Fail("must be an object");
        }

        if (!walk.TryEnter())
        {
            return false;
        }

        var count = walk.Reader.ReadMapHeader();
        var next = 0;
        ReadOnlySpan<byte> previous = default;
        for (var i = 0; i < count; i++)
        {
            var key = walk.Reader.ReadTextSpan();
            if (i > 0 && CanonicalKeys.Compare(previous, key) >= 0)
            {
                return walk.Fail("must have its keys once and in canonical order");
            }

            previous = key;
            var order = -1;
            while (next < _properties.Length && (order = CanonicalKeys.Compare(_properties[next].Key, key)) < 0)
            {
                if (_properties[next].IsRequired)
                {
                    return FailMissing(ref walk, _properties[next]);
                }

                next++;
            }

            if (order != 0)
            {
                walk.Reader.Skip();
            }
            else if (!CheckProperty(ref walk, _properties[next++]))
            {
                return false;
            }
        }

        for (; next < _properties.Length; next++)
        {
            if (_properties[next].IsRequired)
            {
                return FailMissing(ref walk, _properties[next]);
            }
        }

        walk.Leave();
        return true;
    }

    private static bool CheckProperty(ref SchemaWalk walk, ObjectProperty property)
    {
        if (property.IsNullable && walk.Reader.TryReadNull())
        {
            return true;
        }

        return property.Schema.Check(ref walk) || walk.FailedIn(property.Name);
    }

    private static bool FailMissing(ref SchemaWalk walk, ObjectProperty property) =>
        walk.Fail($"must have the property \"{property.Name}\"");
}
