using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using System.Text.Json.Serialization;
using AtProto.Crypto;

namespace AtProto;

/// <summary>
/// The name of a block by its content: a CID of version 1, codec dag-cbor or raw, hash SHA-256, which is what a server
/// writes. 36 bytes, or 59 characters beginning with <c>b</c>. Links in foreign records may be other CIDs, which are kept as
/// bytes (<see cref="CidSyntax"/>). Source: atproto specification, "Data Model", "Link and CID formats".
/// </summary>
[JsonConverter(typeof(IdentifierJsonConverter<Cid>))]
public readonly struct Cid : IEquatable<Cid>, IComparable<Cid>, IParsable<Cid>
{
    /// <summary>The length of the binary form, in bytes.</summary>
    public const int Length = 36;

    /// <summary>The length of the text form, in characters.</summary>
    public const int TextLength = 59;

    private const uint HeadMask = 0x01_00_12_20;

    private readonly Digest _digest;
    private readonly byte _codec;

    private Cid(CidCodec codec, ReadOnlySpan<byte> digest)
    {
        digest.CopyTo(MemoryMarshal.AsBytes(new Span<Digest>(ref _digest)));
        _codec = (byte)codec;
    }

    /// <summary>What the block holds.</summary>
    public CidCodec Codec => (CidCodec)_codec;

    /// <summary>True for <c>default</c>, which names no block.</summary>
    public bool IsEmpty => _codec == 0;

    /// <summary>Names a block.</summary>
    /// <param name="codec">What the block holds.</param>
    /// <param name="data">The block.</param>
    public static Cid Compute(CidCodec codec, ReadOnlySpan<byte> data)
    {
        Span<byte> digest = stackalloc byte[Sha256.Length];
        Sha256.Hash(data, digest);
        return new Cid(codec, digest);
    }

    /// <summary>Names a block whose SHA-256 is known.</summary>
    /// <param name="codec">What the block holds.</param>
    /// <param name="digest">32 bytes.</param>
    /// <exception cref="ArgumentException">The digest is not 32 bytes.</exception>
    public static Cid FromDigest(CidCodec codec, ReadOnlySpan<byte> digest) => digest.Length == Sha256.Length
        ? new Cid(codec, digest)
        : throw new ArgumentException("A SHA-256 digest has 32 bytes.", nameof(digest));

    /// <summary>Reads the binary form; false when it is another kind of CID or not one.</summary>
    /// <param name="bytes">Exactly 36 bytes.</param>
    /// <param name="cid">The CID.</param>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out Cid cid)
    {
        if (bytes.Length == Length && IsHead(BinaryPrimitives.ReadUInt32BigEndian(bytes)))
        {
            cid = new Cid((CidCodec)bytes[1], bytes[4..]);
            return true;
        }

        cid = default;
        return false;
    }

    /// <summary>Parses the text form.</summary>
    /// <param name="text">59 characters beginning with <c>b</c>.</param>
    /// <exception cref="FormatException"><paramref name="text"/> is not such a CID.</exception>
    public static Cid Parse(string text) =>
        TryParse(text, out var cid) ? cid : throw new FormatException($"Not a CID: {text}");

    /// <summary>Parses the text form; false when it is another kind of CID or not one.</summary>
    /// <param name="text">59 characters beginning with <c>b</c>.</param>
    /// <param name="cid">The CID.</param>
    public static bool TryParse([NotNullWhen(true)] ReadOnlySpan<char> text, out Cid cid)
    {
        Span<byte> bytes = stackalloc byte[Length];
        if (text.Length == TextLength && text[0] == 'b' && Base32.TryDecode(text[1..], bytes, out _))
        {
            return TryRead(bytes, out cid);
        }

        cid = default;
        return false;
    }

    /// <summary>Writes the binary form.</summary>
    /// <param name="destination">At least 36 bytes.</param>
    public void WriteTo(Span<byte> destination)
    {
        BinaryPrimitives.WriteUInt32BigEndian(destination, HeadMask | ((uint)_codec << 16));
        DigestBytes.CopyTo(destination[4..]);
    }

    /// <summary>The binary form as a new array.</summary>
    public byte[] ToBytes()
    {
        var bytes = new byte[Length];
        WriteTo(bytes);
        return bytes;
    }

    /// <summary>The text form; empty for <c>default</c>.</summary>
    public override string ToString() => IsEmpty
        ? ""
        : string.Create(TextLength, this, static (text, cid) =>
        {
            Span<byte> bytes = stackalloc byte[Length];
            cid.WriteTo(bytes);
            text[0] = 'b';
            Base32.Encode(bytes, text[1..]);
        });

    /// <summary>Whether both name the same block.</summary>
    /// <param name="other">The other CID.</param>
    public bool Equals(Cid other) => _codec == other._codec && DigestBytes.SequenceEqual(other.DigestBytes);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Cid other && Equals(other);

    /// <summary>Part of the digest, which is as good as random.</summary>
    public override int GetHashCode() => (int)_digest.A;

    /// <summary>Orders as the binary forms.</summary>
    /// <param name="other">The other CID.</param>
    public int CompareTo(Cid other)
    {
        var byCodec = _codec.CompareTo(other._codec);
        return byCodec != 0 ? byCodec : DigestBytes.SequenceCompareTo(other.DigestBytes);
    }

    /// <summary>Whether both name the same block.</summary>
    public static bool operator ==(Cid left, Cid right) => left.Equals(right);

    /// <summary>Whether they name different blocks.</summary>
    public static bool operator !=(Cid left, Cid right) => !left.Equals(right);

    /// <summary>Orders as the binary forms.</summary>
    public static bool operator <(Cid left, Cid right) => left.CompareTo(right) < 0;

    /// <summary>Orders as the binary forms.</summary>
    public static bool operator >(Cid left, Cid right) => left.CompareTo(right) > 0;

    /// <summary>Orders as the binary forms.</summary>
    public static bool operator <=(Cid left, Cid right) => left.CompareTo(right) <= 0;

    /// <summary>Orders as the binary forms.</summary>
    public static bool operator >=(Cid left, Cid right) => left.CompareTo(right) >= 0;

    static Cid IParsable<Cid>.Parse(string s, IFormatProvider? provider) => Parse(s);

    static bool IParsable<Cid>.TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out Cid result) =>
        TryParse(s, out result);

    [UnscopedRef]
    private ReadOnlySpan<byte> DigestBytes => MemoryMarshal.AsBytes(new ReadOnlySpan<Digest>(in _digest));

    private static bool IsHead(uint head) => head is 0x01_55_12_20 or 0x01_71_12_20;

    // Four words rather than an inline array: the hash code reads one of them.
    [StructLayout(LayoutKind.Sequential)]
    private readonly struct Digest
    {
        public readonly ulong A;
        private readonly ulong _b;
        private readonly ulong _c;
        private readonly ulong _d;
    }
}
