using System.Globalization;
using System.Text;
using AtProto.Cbor;

namespace AtProto.Lexicons.Schemas;

/// <summary>Text. Lengths are counted in UTF-8 bytes and in extended grapheme clusters, never in UTF-16 units.</summary>
internal sealed class StringNode : SchemaNode
{
    public StringFormat Format { get; init; }

    public int MinLength { get; init; }

    public int MaxLength { get; init; } = int.MaxValue;

    public int MinGraphemes { get; init; }

    public int MaxGraphemes { get; init; } = int.MaxValue;

    public byte[][]? Allowed { get; init; }

    public byte[]? Constant { get; init; }

    public string? Default { get; init; }

    public override bool Check(ref SchemaWalk walk)
    {
        if (walk.Reader.PeekKind() != CborKind.Text)
        {
            return walk.Fail("must be a string");
        }

        return Complain(walk.Reader.ReadTextSpan(), walk.IsLenient) is not { } complaint || walk.Fail(complaint);
    }

    public string? Complain(ReadOnlySpan<byte> utf8, bool lenient = false)
    {
        if (Constant is not null && !utf8.SequenceEqual(Constant))
        {
            return $"must be {Encoding.UTF8.GetString(Constant)}";
        }

        if (Allowed is not null && !IsAllowed(utf8))
        {
            return $"must be one of ({string.Join('|', Allowed.Select(Encoding.UTF8.GetString))})";
        }

        if (utf8.Length > MaxLength)
        {
            return string.Create(CultureInfo.InvariantCulture, $"must not be longer than {MaxLength} bytes");
        }

        if (utf8.Length < MinLength)
        {
            return string.Create(CultureInfo.InvariantCulture, $"must not be shorter than {MinLength} bytes");
        }

        return ComplainOfGraphemes(utf8) ??
            (StringFormats.IsValid(Format, utf8, lenient) ? null : StringFormats.Complaint(Format));
    }

    private string? ComplainOfGraphemes(ReadOnlySpan<byte> utf8)
    {
        // A grapheme takes at least a byte: most texts are short enough without counting.
        if (utf8.Length <= MaxGraphemes && MinGraphemes == 0)
        {
            return null;
        }

        var count = Graphemes.Count(utf8);
        if (count > MaxGraphemes)
        {
            return string.Create(CultureInfo.InvariantCulture, $"must not be longer than {MaxGraphemes} graphemes");
        }

        return count < MinGraphemes
            ? string.Create(CultureInfo.InvariantCulture, $"must not be shorter than {MinGraphemes} graphemes")
            : null;
    }

    private bool IsAllowed(ReadOnlySpan<byte> utf8)
    {
        foreach (var value in Allowed!)
        {
            if (utf8.SequenceEqual(value))
            {
                return true;
            }
        }

        return false;
    }
}
