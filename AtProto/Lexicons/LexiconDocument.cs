using System.Text.Json;
using System.Text.Unicode;
using AtProto.Lexicons.Schemas;

namespace AtProto.Lexicons;

/// <summary>
/// A lexicon document, checked and compiled: immutable and safe for all threads. Properties that the language does not
/// know are passed over, for it grows. Source: atproto specification, "Lexicon", language version 1.
/// </summary>
public sealed class LexiconDocument
{
    /// <summary>The largest document that is read, in bytes of JSON.</summary>
    public const int MaxLength = 1024 * 1024;

    private const int MaxDepth = 64;

    private static readonly JsonDocumentOptions _json = new() { MaxDepth = MaxDepth, AllowDuplicateProperties = false };

    private readonly Dictionary<string, SchemaNode> _definitions = new(StringComparer.Ordinal);

    private LexiconDocument(DocumentNode root)
    {
        var version = root.Required("lexicon");
        if (version.Integer() != 1)
        {
            throw version.Error("must be 1");
        }

        var id = root.Required("id");
        Id = Nsid.TryParse(id.Text(), out var nsid) ? nsid : throw id.Error("must be a valid nsid");
        Revision = root.Optional("revision")?.Length();
        Description = root.Optional("description")?.Text();

        var compiler = new SchemaCompiler(Id.Value);
        foreach (var (name, definition) in root.Required("defs").Members())
        {
            Add(name, definition, compiler);
        }

        References = compiler.References;
    }

    /// <summary>The name of the document.</summary>
    public Nsid Id { get; }

    /// <summary>The document's number among its versions; null when it does not say.</summary>
    public int? Revision { get; }

    /// <summary>What the document is about; null when it does not say.</summary>
    public string? Description { get; }

    /// <summary>What the <c>main</c> definition is.</summary>
    public LexiconKind Kind { get; private set; }

    /// <summary>The MIME type of a procedure's input; null when it has none.</summary>
    public string? InputEncoding => Primary?.Input?.Encoding;

    /// <summary>The MIME type of a method's output; null when it has none.</summary>
    public string? OutputEncoding => Primary?.Output?.Encoding;

    /// <summary>The documents whose types this one refers to, itself not among them, each once.</summary>
    public IEnumerable<Nsid> ReferencedDocuments => References
        .Select(reference => reference.Target.Document).Distinct().Where(id => id != Id.Value).Select(Nsid.Parse);

    /// <summary>The types that can be referred to, compiled, by name.</summary>
    internal IReadOnlyDictionary<string, SchemaNode> Definitions => _definitions;

    /// <summary>Everything that the document refers to, itself included.</summary>
    internal IReadOnlyList<RefNode> References { get; }

    /// <summary>The record, method or stream; null when <c>main</c> is none of them.</summary>
    internal Primary? Primary { get; private set; }

    /// <summary>Reads and checks a document.</summary>
    /// <param name="json">The document in UTF-8, at most <see cref="MaxLength"/> bytes and 64 levels deep.</param>
    /// <exception cref="LexiconException">Not JSON, or against the lexicon language; the message says where.</exception>
    public static LexiconDocument Parse(ReadOnlySpan<byte> json)
    {
        if (json.Length > MaxLength)
        {
            throw new LexiconException("", $"must not be longer than {MaxLength / 1024} KiB");
        }

        if (!Utf8.IsValid(json))
        {
            throw new LexiconException("", "must be UTF-8");
        }

        try
        {
            using var document = JsonDocument.Parse(json.ToArray(), _json);
            return new(new DocumentNode(document.RootElement));
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            // The second is what System.Text.Json says of an escaped lone surrogate.
            throw new LexiconException("", "must be JSON, at most 64 levels deep, without repeated names", error);
        }
    }

    private void Add(string name, DocumentNode definition, SchemaCompiler compiler)
    {
        if (!SchemaName.IsDefinition(name))
        {
            throw definition.Error("must have a name of letters, digits, _ and -");
        }

        var kind = PrimaryCompiler.KindOf(SchemaCompiler.TypeOf(definition));
        if (kind == LexiconKind.Definitions)
        {
            _definitions.Add(name, compiler.Definition(definition, name));
            return;
        }

        if (name != SchemaName.Main)
        {
            throw definition.Error("must be called main, for its type is a primary one");
        }

        Kind = kind;
        Primary = PrimaryCompiler.Compile(definition, kind, compiler);
        if (Primary.Record is { } record)
        {
            _definitions.Add(name, record);
        }
    }
}
