using System.Text;

namespace AtProto.Lexicons.Schemas;

/// <summary>Compiles the types whose constraints stand beside the type itself.</summary>
internal static class Leaves
{
    public static BooleanNode Boolean(DocumentNode node) =>
        new(node.Optional("const")?.Boolean(), node.Optional("default")?.Boolean());

    public static IntegerNode Integer(DocumentNode node)
    {
        var minimum = node.Optional("minimum")?.Integer() ?? long.MinValue;
        var maximum = node.Optional("maximum")?.Integer() ?? long.MaxValue;
        RequireOrder(node, minimum, maximum, "minimum");

        var allowed = NotEmpty(node.Optional("enum"), item => item.Integer());
        var fallback = node.Optional("default");
        var schema = new IntegerNode(minimum, maximum, allowed, node.Optional("const")?.Integer(), fallback?.Integer());
        return schema.Default is { } value && schema.Complain(value) is { } complaint
            ? throw fallback!.Error(complaint)
            : schema;
    }

    public static StringNode String(DocumentNode node)
    {
        foreach (var known in node.Optional("knownValues")?.Items() ?? [])
        {
            known.Text();
        }

        var fallback = node.Optional("default");
        var schema = new StringNode
        {
            Format = Format(node.Optional("format")),
            MinLength = node.Optional("minLength")?.Length() ?? 0,
            MaxLength = node.Optional("maxLength")?.Length() ?? int.MaxValue,
            MinGraphemes = node.Optional("minGraphemes")?.Length() ?? 0,
            MaxGraphemes = node.Optional("maxGraphemes")?.Length() ?? int.MaxValue,
            Allowed = NotEmpty(node.Optional("enum"), item => Encoding.UTF8.GetBytes(item.Text())),
            Constant = node.Optional("const") is { } constant ? Encoding.UTF8.GetBytes(constant.Text()) : null,
            Default = fallback?.Text(),
        };
        RequireOrder(node, schema.MinLength, schema.MaxLength, "minLength");
        RequireOrder(node, schema.MinGraphemes, schema.MaxGraphemes, "minGraphemes");
        return schema.Default is { } value && schema.Complain(Encoding.UTF8.GetBytes(value)) is { } complaint
            ? throw fallback!.Error(complaint)
            : schema;
    }

    public static BytesNode Bytes(DocumentNode node)
    {
        var (minimum, maximum) = Lengths(node);
        return new(minimum, maximum);
    }

    public static ArrayNode Array(DocumentNode node, SchemaNode items)
    {
        var (minimum, maximum) = Lengths(node);
        return new(items, minimum, maximum);
    }

    public static BlobNode Blob(DocumentNode node)
    {
        var accept = NotEmpty(node.Optional("accept"), item => item.Text().Contains('/', StringComparison.Ordinal)
            ? Encoding.UTF8.GetBytes(item.Text())
            : throw item.Error("must be a MIME type or a pattern such as image/*"));
        var maxSize = node.Optional("maxSize");
        return maxSize?.Integer() < 0
            ? throw maxSize.Error("must not be negative")
            : new(accept, maxSize?.Integer() ?? long.MaxValue);
    }

    private static (int Minimum, int Maximum) Lengths(DocumentNode node)
    {
        var minimum = node.Optional("minLength")?.Length() ?? 0;
        var maximum = node.Optional("maxLength")?.Length() ?? int.MaxValue;
        RequireOrder(node, minimum, maximum, "minLength");
        return (minimum, maximum);
    }

    private static StringFormat Format(DocumentNode? node)
    {
        if (node is null)
        {
            return StringFormat.None;
        }

        return StringFormats.TryParse(node.Text(), out var format) ? format : throw node.Error("must be a known format");
    }

    private static T[]? NotEmpty<T>(DocumentNode? node, Func<DocumentNode, T> read)
    {
        T[]? values = node is null ? null : [.. node.Items().Select(read)];
        return values?.Length == 0 ? throw node!.Error("must not be empty") : values;
    }

    private static void RequireOrder(DocumentNode node, long minimum, long maximum, string name)
    {
        if (minimum > maximum)
        {
            throw node.Required(name).Error("must not be above its upper bound");
        }
    }
}
