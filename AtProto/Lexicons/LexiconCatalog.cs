using System.Diagnostics.CodeAnalysis;
using AtProto.Cbor;
using AtProto.Lexicons.Schemas;

namespace AtProto.Lexicons;

/// <summary>
/// A closed set of lexicon documents, against which values are validated; references are followed only inside it. Safe
/// for all threads. Values are canonical DAG-CBOR, as <see cref="Data.DataModel"/> makes them, and are read in place: a
/// valid value costs no allocation.
/// </summary>
public sealed class LexiconCatalog
{
    private readonly Dictionary<string, Entry> _entries = new(StringComparer.Ordinal);
    private readonly LexiconCatalog? _others;

    /// <summary>A catalogue of the given documents. A reference that leads out of it fails the value that meets it.</summary>
    /// <param name="documents">The documents, each name once.</param>
    /// <exception cref="ArgumentException">Two documents have the same name.</exception>
    public LexiconCatalog(IEnumerable<LexiconDocument> documents)
    {
        foreach (var document in documents)
        {
            _entries.Add(document.Id.Value, new(document));
        }
    }

    /// <summary>A catalogue of the given documents beside those of another, which are found where the given ones lack a name.</summary>
    /// <param name="documents">The documents, each name once.</param>
    /// <param name="others">Where else to look.</param>
    /// <exception cref="ArgumentException">Two documents have the same name.</exception>
    public LexiconCatalog(IEnumerable<LexiconDocument> documents, LexiconCatalog others) : this(documents) => _others = others;

    private LexiconCatalog(IEnumerable<KeyValuePair<string, Func<byte[]>>> sources)
    {
        foreach (var (id, read) in sources)
        {
            _entries.Add(id, new(read));
        }
    }

    /// <summary>
    /// The schemas that ship with this library: <c>com.atproto</c>, <c>app.bsky</c>, <c>chat.bsky</c>, <c>tools.ozone</c>
    /// and one of <c>com.germnetwork</c>. Each document is read when it is first asked for.
    /// </summary>
    public static LexiconCatalog Bundled { get; } = new(BundledLexicons.Sources());

    /// <summary>The names of all documents, in no particular order.</summary>
    public IEnumerable<Nsid> Ids => _entries.Keys.Select(Nsid.Parse).Concat(_others?.Ids ?? []);

    /// <summary>Whether there is a document of that name; it is not read for this.</summary>
    /// <param name="id">The name, compared byte by byte.</param>
    public bool Contains(Nsid id) => _entries.ContainsKey(id.Value) || _others?.Contains(id) == true;

    /// <summary>Finds a document; false when the catalogue has none of that name.</summary>
    /// <param name="id">The name, compared byte by byte.</param>
    /// <param name="document">The document.</param>
    public bool TryGet(Nsid id, [NotNullWhen(true)] out LexiconDocument? document)
    {
        document = Find(id.Value);
        return document is not null;
    }

    /// <summary>Validates a record and its key against the schema of its collection.</summary>
    /// <param name="collection">The collection, whose name is that of the record's schema.</param>
    /// <param name="rkey">The record's key.</param>
    /// <param name="cbor">The record, with its <c>$type</c>.</param>
    /// <param name="strictness">How closely to look.</param>
    /// <returns>Unknown when the catalogue has no record schema of that name.</returns>
    public LexiconVerdict ValidateRecord(
        Nsid collection,
        RecordKey rkey,
        ReadOnlySpan<byte> cbor,
        LexiconStrictness strictness = LexiconStrictness.Strict)
    {
        if (Find(collection.Value)?.Primary is not { Key: { } key, Record: { } schema })
        {
            return LexiconVerdict.Unknown(collection.Value);
        }

        if (key.Complain(rkey.Value) is { } complaint)
        {
            return LexiconVerdict.Invalid($"Invalid record key for {collection}: {complaint}");
        }

        return Check(schema, cbor, strictness, "Record") is { } error
            ? LexiconVerdict.Invalid($"Invalid {collection} record: {error}")
            : LexiconVerdict.Valid;
    }

    /// <summary>Validates the JSON body of a call, brought into canonical DAG-CBOR.</summary>
    /// <param name="method">The procedure's name.</param>
    /// <param name="cbor">The body.</param>
    /// <returns>
    /// Valid for a body whose schema is free; invalid when there is to be none; unknown when there is no such method.
    /// </returns>
    public LexiconVerdict ValidateInput(Nsid method, ReadOnlySpan<byte> cbor) =>
        ValidateBody(method, static primary => primary.Input, cbor, LexiconStrictness.Strict, "Input");

    /// <summary>Validates the JSON body of a reply, brought into canonical DAG-CBOR.</summary>
    /// <param name="method">The query's or procedure's name.</param>
    /// <param name="cbor">The body.</param>
    /// <param name="strictness">How closely to look; replies of other servers deserve leniency.</param>
    /// <returns>
    /// Valid for a body whose schema is free; invalid when there is to be none; unknown when there is no such method.
    /// </returns>
    public LexiconVerdict ValidateOutput(
        Nsid method,
        ReadOnlySpan<byte> cbor,
        LexiconStrictness strictness = LexiconStrictness.Strict) =>
        ValidateBody(method, static primary => primary.Output, cbor, strictness, "Output");

    /// <summary>Reads the query string of a call: typed values, with defaults where nothing was given.</summary>
    /// <param name="method">The query's, procedure's or subscription's name.</param>
    /// <param name="query">
    /// Names and values, unescaped, in their order. An empty value counts as absent, an unknown name is passed over.
    /// </param>
    /// <param name="parameters">The values; only meaningful when the verdict is valid.</param>
    public LexiconVerdict ReadParameters(
        Nsid method,
        IEnumerable<KeyValuePair<string, string>> query,
        out LexiconParameters parameters)
    {
        parameters = LexiconParameters.Empty;
        if (FindMethod(method) is not { } primary)
        {
            return LexiconVerdict.Unknown(method.Value);
        }

        return primary.Parameters?.Read(query, out parameters) is { } complaint
            ? LexiconVerdict.Invalid($"Invalid parameters for {method}: Params {complaint}")
            : LexiconVerdict.Valid;
    }

    /// <summary>Finds the type that a reference names; null when it is missing or no type of data.</summary>
    internal SchemaNode? Find(SchemaName name) => Find(name.Document)?.Definitions.GetValueOrDefault(name.Definition);

    private LexiconDocument? Find(string id) => _entries.GetValueOrDefault(id)?.Document ?? _others?.Find(id);

    private Primary? FindMethod(Nsid method) =>
        Find(method.Value) is { Kind: LexiconKind.Query or LexiconKind.Procedure or LexiconKind.Subscription } document
            ? document.Primary
            : null;

    private LexiconVerdict ValidateBody(
        Nsid method, Func<Primary, BodySchema?> side, ReadOnlySpan<byte> cbor, LexiconStrictness strictness, string root)
    {
        if (FindMethod(method) is not { } primary)
        {
            return LexiconVerdict.Unknown(method.Value);
        }

        var error = side(primary) is not { } body ? $"{root} must be absent"
            : body.Schema is null ? null
            : Check(body.Schema, cbor, strictness, root);
        return error is null
            ? LexiconVerdict.Valid
            : LexiconVerdict.Invalid($"Invalid {root.ToLowerInvariant()} for {method}: {error}");
    }

    private string? Check(SchemaNode schema, ReadOnlySpan<byte> cbor, LexiconStrictness strictness, string root)
    {
        var walk = new SchemaWalk(cbor, this, strictness);
        try
        {
            return schema.Check(ref walk) && (walk.Reader.IsAtEnd || walk.Fail("must be followed by nothing"))
                ? null
                : walk.Explain(root);
        }
        catch (CborException error)
        {
            return $"{root} is not canonical DAG-CBOR: {error.Message}";
        }
    }

    private sealed class Entry
    {
        private readonly Func<byte[]>? _read;
        private LexiconDocument? _document;

        public Entry(LexiconDocument document) => _document = document;

        public Entry(Func<byte[]> read) => _read = read;

        // Threads that meet here read the same bytes twice; either result will do.
        public LexiconDocument Document => _document ??= LexiconDocument.Parse(_read!());
    }
}
