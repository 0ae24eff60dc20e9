namespace AtProto.Lexicons.Schemas;

/// <summary>Compiles what may only stand as <c>main</c>: records, methods, streams, permission sets.</summary>
internal static class PrimaryCompiler
{
    public static LexiconKind KindOf(string type) => type switch
    {
        "record" => LexiconKind.Record,
        "query" => LexiconKind.Query,
        "procedure" => LexiconKind.Procedure,
        "subscription" => LexiconKind.Subscription,
        "permission-set" => LexiconKind.PermissionSet,
        _ => LexiconKind.Definitions,
    };

    public static Primary Compile(DocumentNode node, LexiconKind kind, SchemaCompiler compiler) => kind switch
    {
        LexiconKind.Record => new()
        {
            Key = RecordKeyRule.Compile(node.Required("key")),
            Record = compiler.Record(node.Required("record")),
        },
        LexiconKind.Subscription => Subscription(node, compiler),
        LexiconKind.PermissionSet => PermissionSet(node),
        _ => Method(node, kind, compiler),
    };

    private static Primary Method(DocumentNode node, LexiconKind kind, SchemaCompiler compiler)
    {
        CheckErrors(node);
        if (kind == LexiconKind.Query && node.Optional("input") is { } input)
        {
            throw input.Error("must not stand in a query");
        }

        return new()
        {
            Parameters = Parameters(node),
            Input = Body(node.Optional("input"), compiler),
            Output = Body(node.Optional("output"), compiler),
        };
    }

    private static Primary Subscription(DocumentNode node, SchemaCompiler compiler)
    {
        CheckErrors(node);
        return new()
        {
            Parameters = Parameters(node),
            Message = node.Optional("message") is { } message ? compiler.Union(message.Required("schema")) : null,
        };
    }

    private static ParametersNode? Parameters(DocumentNode node) =>
        node.Optional("parameters") is { } parameters ? SchemaCompiler.Parameters(parameters) : null;

    private static BodySchema? Body(DocumentNode? node, SchemaCompiler compiler) =>
        node is null
            ? null
            : new(node.Required("encoding").Name(), node.Optional("schema") is { } schema ? compiler.Body(schema) : null);

    private static void CheckErrors(DocumentNode node)
    {
        foreach (var error in node.Optional("errors")?.Items() ?? [])
        {
            if (error.Required("name").Name().Any(char.IsWhiteSpace))
            {
                throw error.Required("name").Error("must not contain spaces");
            }
        }
    }

    private static Primary PermissionSet(DocumentNode node)
    {
        foreach (var text in (ReadOnlySpan<string>)["title", "detail"])
        {
            node.Optional(text)?.Text();
            foreach (var (language, translation) in node.Optional($"{text}:lang")?.Members() ?? [])
            {
                if (!Language.IsValid(language))
                {
                    throw translation.Error("must be under a language tag");
                }

                translation.Text();
            }
        }

        foreach (var permission in node.Required("permissions").Items())
        {
            if (SchemaCompiler.TypeOf(permission) != "permission")
            {
                throw permission.Required("type").Error("must be permission");
            }

            permission.Required("resource").Name();
        }

        return new();
    }
}
