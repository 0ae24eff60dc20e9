using System.Text;
using AtProto;

namespace Pds.Modules.Identity.Lexicons;

/// <summary>A lexicon, and who published it.</summary>
/// <param name="Authority">The account; null for one that only ships with this server.</param>
/// <param name="Cid">Of the record; null for the same.</param>
/// <param name="Json">The document in UTF-8.</param>
public sealed record PublishedLexicon(Did? Authority, Cid? Cid, ReadOnlyMemory<byte> Json)
{
    /// <summary>As it is kept: a line for the account, one for the record, then the document.</summary>
    internal byte[] ToBytes() => [.. Encoding.ASCII.GetBytes($"{Authority}\n{Cid}\n"), .. Json.Span];

    /// <summary>Reads what was kept; null when it is nothing of ours.</summary>
    internal static PublishedLexicon? FromBytes(ReadOnlyMemory<byte> kept)
    {
        var first = kept.Span.IndexOf((byte)'\n');
        var second = first < 0 ? -1 : kept.Span[(first + 1)..].IndexOf((byte)'\n');
        if (second < 0)
        {
            return null;
        }

        var json = kept[(first + second + 2)..];
        return Did.TryParse(Encoding.ASCII.GetString(kept.Span[..first]), out var did)
            && AtProto.Cid.TryParse(Encoding.ASCII.GetString(kept.Span.Slice(first + 1, second)), out var cid)
            ? new(did, cid, json)
            : new(null, null, json);
    }
}
