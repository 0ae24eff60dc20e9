namespace AtProto.Lexicons.Schemas;

/// <summary>A reference, resolved on first use and remembered for that catalogue.</summary>
internal sealed class RefNode(SchemaName target) : SchemaNode
{
    private Resolution? _resolution;

    public SchemaName Target { get; } = target;

    public override bool Check(ref SchemaWalk walk) => Resolve(walk.Catalog) is { } schema
        ? schema.Check(ref walk)
        : walk.Fail($"refers to an unknown schema: {Target}");

    /// <summary>What is referred to; null when the catalogue lacks it, or it is no type of data.</summary>
    public SchemaNode? Resolve(LexiconCatalog catalog)
    {
        // Threads that meet here compute the same answer; the last one stays.
        var resolution = _resolution;
        if (resolution?.Catalog != catalog)
        {
            _resolution = resolution = new(catalog, catalog.Find(Target));
        }

        return resolution.Schema;
    }

    private sealed record Resolution(LexiconCatalog Catalog, SchemaNode? Schema);
}
