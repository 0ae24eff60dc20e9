using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using AtProto;
using AtProto.Cbor;

namespace Pds.Modules.Repo.Commits;

/// <summary>
/// What a follow, block, like or repost points at. Of those with the same target a repository needs one: creating another
/// removes those before it, as clients that lost track of theirs expect.
/// </summary>
internal static class RecordLink
{
    /// <summary>The target's text; false for other collections, and for records without a target.</summary>
    public static bool TryFind(Nsid collection, ReadOnlySpan<byte> record, out ReadOnlySpan<byte> target)
    {
        target = default;
        return collection.Value switch
        {
            "app.bsky.graph.follow" or "app.bsky.graph.block" => TryGet(record, "subject"u8, CborKind.Text, out target),
            "app.bsky.feed.like" or "app.bsky.feed.repost" =>
                TryGet(record, "subject"u8, CborKind.Map, out var subject) && TryGet(subject, "uri"u8, CborKind.Text, out target),
            _ => false,
        };
    }

    /// <summary>64 bits of the hash of collection and target: an index key, not an identity.</summary>
    public static long? Hash(Nsid collection, ReadOnlySpan<byte> record)
    {
        if (!TryFind(collection, record, out var target))
        {
            return null;
        }

        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(Encoding.ASCII.GetBytes(collection.Value));
        hash.AppendData([0]);
        hash.AppendData(target);
        return BinaryPrimitives.ReadInt64BigEndian(hash.GetHashAndReset());
    }

    /// <summary>The value of a key: the text itself, or the bytes of a map.</summary>
    private static bool TryGet(ReadOnlySpan<byte> map, ReadOnlySpan<byte> name, CborKind kind, out ReadOnlySpan<byte> value)
    {
        value = default;
        var reader = new CborReader(map);
        for (var left = reader.ReadMapHeader(); left > 0; left--)
        {
            if (!reader.ReadTextSpan().SequenceEqual(name))
            {
                reader.Skip();
            }
            else if (reader.PeekKind() != kind)
            {
                return false;
            }
            else
            {
                value = kind == CborKind.Text ? reader.ReadTextSpan() : reader.Skip();
                return true;
            }
        }

        return false;
    }
}
