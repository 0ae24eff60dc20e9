using System.Text;

namespace AtProto.Lexicons.Schemas;

/// <summary>Turns the types of one lexicon document into schema nodes, refusing what the language does not allow.</summary>
internal sealed class SchemaCompiler(string document)
{
    private readonly List<RefNode> _references = [];

    /// <summary>Every reference that was compiled so far, the branches of unions among them.</summary>
    public IReadOnlyList<RefNode> References => _references;

    /// <summary>A definition that is data; references, unions and unknown are no types of their own.</summary>
    public SchemaNode Definition(DocumentNode node, string name) => TypeOf(node) switch
    {
        "token" => new TokenNode(new(document, name)),
        "ref" or "union" or "unknown" => throw node.Error("must be a type of its own"),
        var type => Field(node, type),
    };

    /// <summary>The type of a property or of the elements of an array.</summary>
    public SchemaNode Field(DocumentNode node) => Field(node, TypeOf(node));

    /// <summary>The object of a record, which always says whose it is.</summary>
    public ObjectNode Record(DocumentNode node)
    {
        var type = new StringNode { Constant = Encoding.UTF8.GetBytes(document) };
        return Object(node, new ObjectProperty("$type", type, required: true, nullable: false));
    }

    public UnionNode Union(DocumentNode node)
    {
        if (TypeOf(node) != "union")
        {
            throw node.Required("type").Error("must be union");
        }

        var branches = node.Required("refs").Items().Select(item => new UnionBranch(Reference(item))).ToArray();
        var closed = node.Optional("closed")?.Boolean() ?? false;
        return closed && branches.Length == 0
            ? throw node.Required("refs").Error("must not be empty in a closed union")
            : new(branches, closed);
    }

    /// <summary>The schema of a body: an object, or something that leads to one.</summary>
    public SchemaNode Body(DocumentNode node) => TypeOf(node) switch
    {
        "object" or "ref" or "union" => Field(node),
        _ => throw node.Required("type").Error("must be object, ref or union"),
    };

    public static ParametersNode Parameters(DocumentNode node)
    {
        if (TypeOf(node) != "params")
        {
            throw node.Required("type").Error("must be params");
        }

        var properties = node.Optional("properties");
        var required = PropertyNames(node, properties, "required");
        return new(properties is null
            ? []
            : [.. properties.Members().Select(member =>
                Parameter(member.Value, member.Name, required.Contains(member.Name)))]);
    }

    public static string TypeOf(DocumentNode node) => node.Required("type").Text();

    private ObjectNode Object(DocumentNode node, params ReadOnlySpan<ObjectProperty> own)
    {
        if (TypeOf(node) != "object")
        {
            throw node.Required("type").Error("must be object");
        }

        var properties = node.Optional("properties");
        var required = PropertyNames(node, properties, "required");
        var nullable = PropertyNames(node, properties, "nullable");

        // What has a default is never missing: the reader of the value fills it in.
        var members = properties?.Members().Select(member => new ObjectProperty(
            member.Name,
            Field(member.Value),
            required.Contains(member.Name) && member.Value.Optional("default") is null,
            nullable.Contains(member.Name)));
        return new([.. own, .. members ?? []]);
    }

    private static HashSet<string> PropertyNames(DocumentNode node, DocumentNode? properties, string list)
    {
        var known = properties?.Members().Select(member => member.Name).ToHashSet(StringComparer.Ordinal) ?? [];
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var item in node.Optional(list)?.Items() ?? [])
        {
            if (!known.Contains(item.Text()))
            {
                throw item.Error("must name a property");
            }

            names.Add(item.Text());
        }

        return names;
    }

    private static ParameterProperty Parameter(DocumentNode node, string name, bool required)
    {
        if (TypeOf(node) != "array")
        {
            return new(name, ParameterValue(node), null, required);
        }

        var items = ParameterValue(node.Required("items"));
        return new(name, items, Leaves.Array(node, items), required);
    }

    private static SchemaNode ParameterValue(DocumentNode node) => TypeOf(node) switch
    {
        "boolean" => Leaves.Boolean(node),
        "integer" => Leaves.Integer(node),
        "string" => Leaves.String(node),
        "unknown" => new UnknownNode(),
        _ => throw node.Required("type").Error("must be boolean, integer, string, unknown or an array of one of them"),
    };

    private SchemaNode Field(DocumentNode node, string type) => type switch
    {
        "boolean" => Leaves.Boolean(node),
        "integer" => Leaves.Integer(node),
        "string" => Leaves.String(node),
        "bytes" => Leaves.Bytes(node),
        "cid-link" => new LinkNode(),
        "blob" => Leaves.Blob(node),
        "array" => Leaves.Array(node, Field(node.Required("items"))),
        "object" => Object(node),
        "ref" => Reference(node.Required("ref")),
        "union" => Union(node),
        "unknown" => new UnknownNode(),
        _ => throw node.Required("type").Error("must be a type that is allowed here"),
    };

    private RefNode Reference(DocumentNode node)
    {
        if (!SchemaName.TryParse(node.Text(), document, out var target))
        {
            throw node.Error("must be a reference: an NSID, #name or both");
        }

        var reference = new RefNode(target);
        _references.Add(reference);
        return reference;
    }
}
