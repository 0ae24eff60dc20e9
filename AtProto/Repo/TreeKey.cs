using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;
using System.Text;
using AtProto.Crypto;

namespace AtProto.Repo;

/// <summary>
/// The rules for the keys of a tree, which are the paths of records: collection, a slash, record key; ASCII. Source:
/// atproto specification, "Repository", "MST Structure".
/// </summary>
public static class TreeKey
{
    /// <summary>The greatest length of a key, in bytes.</summary>
    public const int MaxLength = 1024;

    /// <summary>The greatest depth that a key can have: a SHA-256 of zeros.</summary>
    internal const int MaxDepth = 128;

    private static readonly SearchValues<byte> Allowed =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_~-:."u8);

    /// <summary>
    /// Whether this can be a key: one slash, and on both sides of it one or more of the letters, the digits and
    /// <c>_ ~ - : .</c>; 1024 bytes at most.
    /// </summary>
    /// <param name="key">The key.</param>
    public static bool IsValid(ReadOnlySpan<byte> key)
    {
        if (key.Length > MaxLength)
        {
            return false;
        }

        var slash = key.IndexOf((byte)'/');
        return slash > 0
            && slash < key.Length - 1
            && !key[..slash].ContainsAnyExcept(Allowed)
            && !key[(slash + 1)..].ContainsAnyExcept(Allowed);
    }

    /// <summary>
    /// The layer a key belongs to: half the number of leading zero bits of its SHA-256, rounded down, so that each layer has
    /// about a quarter of the keys of the one below.
    /// </summary>
    /// <param name="key">The key.</param>
    public static int Depth(ReadOnlySpan<byte> key)
    {
        Span<byte> digest = stackalloc byte[Sha256.Length];
        Sha256.Hash(key, digest);

        var zeros = 0;
        while (!digest.IsEmpty)
        {
            var word = BinaryPrimitives.ReadUInt64BigEndian(digest);
            zeros += BitOperations.LeadingZeroCount(word);
            if (word != 0)
            {
                break;
            }

            digest = digest[sizeof(ulong)..];
        }

        return zeros / 2;
    }

    /// <summary>Copies a key to bytes; throws when it cannot be one for its length or characters.</summary>
    internal static int Encode(ReadOnlySpan<char> key, Span<byte> destination) =>
        key.Length <= MaxLength && Ascii.FromUtf16(key, destination, out var length) is OperationStatus.Done
            ? length
            : throw Invalid();

    /// <summary>Copies a key to bytes; false when it is not valid.</summary>
    internal static bool TryEncode(ReadOnlySpan<char> key, Span<byte> destination, out int length)
    {
        length = 0;
        return key.Length <= MaxLength
            && Ascii.FromUtf16(key, destination, out length) is OperationStatus.Done
            && IsValid(destination[..length]);
    }

    /// <summary>What is thrown when a caller's key is not one.</summary>
    internal static ArgumentException Invalid() => new("Not a valid tree key: collection, slash and record key.");
}
