using System.Text;
using AtProto.Cbor;

namespace AtProto.Lexicons.Schemas;

/// <summary>One pass over a value. The path is put together on the way out of a failure: success pays nothing.</summary>
internal ref struct SchemaWalk(ReadOnlySpan<byte> cbor, LexiconCatalog catalog, LexiconStrictness strictness)
{
    /// <summary>Deeper than any value that <see cref="Data.DataModel"/> lets in.</summary>
    public const int MaxDepth = 64;

    public CborReader Reader = new(cbor);

    private int _depth;
    private string? _complaint;
    private List<string>? _path;

    public LexiconCatalog Catalog { get; } = catalog;

    public bool IsLenient { get; } = strictness == LexiconStrictness.Lenient;

    public bool Fail(string complaint)
    {
        _complaint = complaint;
        return false;
    }

    /// <summary>Says inside which property or element the failure below happened.</summary>
    public bool FailedIn(string segment)
    {
        (_path ??= []).Add(segment);
        return false;
    }

    public bool TryEnter() => ++_depth <= MaxDepth || Fail("is nested too deeply");

    public void Leave() => _depth--;

    public readonly string Explain(string root)
    {
        var text = new StringBuilder(root);
        for (var i = (_path?.Count ?? 0) - 1; i >= 0; i--)
        {
            text.Append('/').Append(_path![i]);
        }

        return text.Append(' ').Append(_complaint).ToString();
    }
}
