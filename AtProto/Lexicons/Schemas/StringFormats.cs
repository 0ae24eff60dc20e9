using System.Buffers;
using System.Text;

namespace AtProto.Lexicons.Schemas;

/// <summary>The text formats of the lexicon language, over UTF-8.</summary>
internal static class StringFormats
{
    /// <summary>The longest text that any format allows, in bytes: AT-URIs and URIs.</summary>
    private const int MaxLength = 8192;

    private const int StackLength = 512;

    public static bool TryParse(string name, out StringFormat format)
    {
        format = name switch
        {
            "at-identifier" => StringFormat.AtIdentifier,
            "at-uri" => StringFormat.AtUri,
            "cid" => StringFormat.Cid,
            "datetime" => StringFormat.Datetime,
            "did" => StringFormat.Did,
            "handle" => StringFormat.Handle,
            "language" => StringFormat.Language,
            "nsid" => StringFormat.Nsid,
            "record-key" => StringFormat.RecordKey,
            "tid" => StringFormat.Tid,
            "uri" => StringFormat.Uri,
            _ => StringFormat.None,
        };
        return format != StringFormat.None;
    }

    public static bool IsValid(StringFormat format, ReadOnlySpan<byte> utf8, bool lenient)
    {
        if (format == StringFormat.None ||
            (lenient && format is StringFormat.Datetime or StringFormat.Language or StringFormat.AtUri))
        {
            return true;
        }

        if (utf8.Length > MaxLength)
        {
            return false;
        }

        if (utf8.Length <= StackLength)
        {
            Span<char> chars = stackalloc char[StackLength];
            return IsValid(format, utf8, chars);
        }

        var rented = ArrayPool<char>.Shared.Rent(utf8.Length);
        var valid = IsValid(format, utf8, rented);
        ArrayPool<char>.Shared.Return(rented);
        return valid;
    }

    public static string Complaint(StringFormat format) => format switch
    {
        StringFormat.AtIdentifier => "must be a valid did or a handle",
        StringFormat.AtUri => "must be a valid at-uri",
        StringFormat.Cid => "must be a cid string",
        StringFormat.Datetime => "must be a valid atproto datetime (both RFC-3339 and ISO-8601)",
        StringFormat.Did => "must be a valid did",
        StringFormat.Handle => "must be a valid handle",
        StringFormat.Language => "must be a well-formed BCP 47 language tag",
        StringFormat.Nsid => "must be a valid nsid",
        StringFormat.RecordKey => "must be a valid record key",
        StringFormat.Tid => "must be a valid TID",
        _ => "must be a uri",
    };

    private static bool IsValid(StringFormat format, ReadOnlySpan<byte> utf8, Span<char> buffer)
    {
        if (Ascii.ToUtf16(utf8, buffer, out var length) != OperationStatus.Done)
        {
            // Of all formats only a URI may have characters beyond ASCII.
            if (format != StringFormat.Uri)
            {
                return false;
            }

            length = Encoding.UTF8.GetChars(utf8, buffer);
        }

        ReadOnlySpan<char> text = buffer[..length];
        return format switch
        {
            StringFormat.AtIdentifier => Did.IsValid(text) || Handle.IsValid(text),
            StringFormat.AtUri => AtUri.IsValid(text),
            StringFormat.Cid => IsCid(text),
            StringFormat.Datetime => AtDatetime.IsValid(text),
            StringFormat.Did => Did.IsValid(text),
            StringFormat.Handle => Handle.IsValid(text),
            StringFormat.Language => Language.IsValid(text),
            StringFormat.Nsid => Nsid.IsValid(text),
            StringFormat.RecordKey => RecordKey.IsValid(text),
            StringFormat.Tid => Tid.IsValid(text),
            _ => UriSyntax.IsValid(text),
        };
    }

    /// <summary>Data knows one text for each CID: base32, without stray bits at the end.</summary>
    private static bool IsCid(ReadOnlySpan<char> text)
    {
        Span<byte> binary = stackalloc byte[CidSyntax.MaxLength];
        return CidSyntax.TryDecode(text, binary, out _);
    }
}
