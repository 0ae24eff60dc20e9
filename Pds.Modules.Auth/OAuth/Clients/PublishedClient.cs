using System.Buffers.Binary;

namespace Pds.Modules.Auth.OAuth.Clients;

/// <summary>The documents of an app as they were fetched.</summary>
/// <param name="Keys">Empty unless they are at an address of their own.</param>
internal sealed record PublishedClient(DateTimeOffset FetchedAt, ReadOnlyMemory<byte> Metadata, ReadOnlyMemory<byte> Keys)
{
    private const int HeaderLength = sizeof(long) + sizeof(int);

    public int Length => HeaderLength + Metadata.Length + Keys.Length;

    public byte[] Pack()
    {
        var packed = new byte[Length];
        BinaryPrimitives.WriteInt64BigEndian(packed, FetchedAt.ToUnixTimeMilliseconds());
        BinaryPrimitives.WriteInt32BigEndian(packed.AsSpan(sizeof(long)), Metadata.Length);
        Metadata.Span.CopyTo(packed.AsSpan(HeaderLength));
        Keys.Span.CopyTo(packed.AsSpan(HeaderLength + Metadata.Length));
        return packed;
    }

    public static PublishedClient? Unpack(byte[] packed)
    {
        if (packed.Length < HeaderLength)
        {
            return null;
        }

        var fetchedAt = BinaryPrimitives.ReadInt64BigEndian(packed);
        var length = BinaryPrimitives.ReadInt32BigEndian(packed.AsSpan(sizeof(long)));
        return length < 0 || length > packed.Length - HeaderLength
            ? null
            : new PublishedClient(
                DateTimeOffset.FromUnixTimeMilliseconds(fetchedAt),
                packed.AsMemory(HeaderLength, length),
                packed.AsMemory(HeaderLength + length));
    }
}
