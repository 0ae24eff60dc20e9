namespace AtProto.Lexicons.Schemas;

/// <summary>The <c>key</c> of a record type: which record keys its collection allows.</summary>
internal sealed record RecordKeyRule
{
    private const string LiteralPrefix = "literal:";

    private readonly string _kind;

    private RecordKeyRule(string kind) => _kind = kind;

    public static RecordKeyRule Compile(DocumentNode node)
    {
        var kind = node.Text();
        return kind is "any" or "tid" or "nsid" || (kind.StartsWith(LiteralPrefix, StringComparison.Ordinal) &&
            RecordKey.IsValid(kind.AsSpan(LiteralPrefix.Length)))
            ? new(kind)
            : throw node.Error("must be any, tid, nsid or literal: and a record key");
    }

    public string? Complain(ReadOnlySpan<char> key) => _kind switch
    {
        "any" => null,
        "tid" => Tid.IsValid(key) ? null : "must be a valid TID",
        "nsid" => Nsid.IsValid(key) ? null : "must be a valid nsid",
        _ => key.SequenceEqual(_kind.AsSpan(LiteralPrefix.Length)) ? null : $"must be \"{_kind[LiteralPrefix.Length..]}\"",
    };
}
