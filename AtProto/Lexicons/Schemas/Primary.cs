namespace AtProto.Lexicons.Schemas;

/// <summary>What a <c>main</c> definition says, whichever its kind; what the kind lacks is null.</summary>
internal sealed record Primary
{
    public RecordKeyRule? Key { get; init; }

    public ObjectNode? Record { get; init; }

    public ParametersNode? Parameters { get; init; }

    public BodySchema? Input { get; init; }

    public BodySchema? Output { get; init; }

    public UnionNode? Message { get; init; }
}
