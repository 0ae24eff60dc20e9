using System.Buffers;
using AtProto.Cbor;

namespace AtProto.Repo;

/// <summary>
/// Reads a CAR file of version 1 as its bytes arrive, in pieces of any size, and checks every block against its CID. Blocks
/// may come in any order and more than once. Source: CARv1 specification; atproto specification, "Repository".
/// </summary>
/// <param name="limits">How much is accepted; without limit on the whole when null.</param>
public sealed class CarReader(CarLimits? limits = null)
{
    private const int MaxVarintLength = 5;

    private readonly CarLimits _limits = limits ?? CarLimits.Repository;
    private long _total;

    /// <summary>The roots; null until the header has been read.</summary>
    public IReadOnlyList<Cid>? Roots { get; private set; }

    /// <summary>Reads a whole file in memory.</summary>
    /// <param name="car">The file.</param>
    /// <param name="limits">How much is accepted; without limit on the whole when null.</param>
    /// <exception cref="CarException">It is not such a file, or beyond the limits.</exception>
    public static Car ReadAll(ReadOnlyMemory<byte> car, CarLimits? limits = null)
    {
        var reader = new CarReader(limits);
        var rest = new ReadOnlySequence<byte>(car);
        var blocks = new Dictionary<Cid, byte[]>();
        while (reader.TryRead(ref rest, out var block))
        {
            blocks[block.Cid] = block.Bytes;
        }

        reader.Complete(rest);
        return new Car(reader.Roots!, blocks);
    }

    /// <summary>Reads the next block, and the header before the first.</summary>
    /// <param name="input">What has arrived and is not yet read; what this call has read is cut off.</param>
    /// <param name="block">The block, in an array of its own.</param>
    /// <returns>False when the next block has not arrived in full: keep what is left and call again with more.</returns>
    /// <exception cref="CarException">The file is wrong, or beyond the limits.</exception>
    public bool TryRead(ref ReadOnlySequence<byte> input, out Block block)
    {
        block = default;
        if (Roots is null)
        {
            if (!TryTake(ref input, _limits.MaxHeaderBytes, out var header))
            {
                return false;
            }

            Roots = ReadHeader(header.ToArray());
        }

        if (!TryTake(ref input, (long)_limits.MaxBlockBytes + Cid.Length, out var section))
        {
            return false;
        }

        block = ReadBlock(section);
        return true;
    }

    /// <summary>Tells that nothing more will arrive.</summary>
    /// <param name="rest">What is left after the last <see cref="TryRead"/>.</param>
    /// <exception cref="CarException">The file is cut off.</exception>
    public void Complete(in ReadOnlySequence<byte> rest)
    {
        if (Roots is null || !rest.IsEmpty)
        {
            throw new CarException("The CAR file is cut off.");
        }
    }

    private static Block ReadBlock(in ReadOnlySequence<byte> section)
    {
        Span<byte> cidBytes = stackalloc byte[Cid.Length];
        if (section.Length < Cid.Length)
        {
            throw new CarException("The CAR file has a section without a CID.");
        }

        section.Slice(0, Cid.Length).CopyTo(cidBytes);
        if (!Cid.TryRead(cidBytes, out var cid))
        {
            throw new CarException("The CAR file has a CID other than version 1, dag-cbor or raw, SHA-256.");
        }

        var bytes = section.Slice(Cid.Length).ToArray();
        return Cid.Compute(cid.Codec, bytes) == cid
            ? new Block(cid, bytes)
            : throw new CarException($"The CAR file has a block that is not what its CID says: {cid}");
    }

    private static Cid[] ReadHeader(ReadOnlySpan<byte> bytes)
    {
        try
        {
            var reader = new CborReader(bytes);
            if (reader.ReadMapHeader() == 2 && reader.ReadTextSpan().SequenceEqual("roots"u8))
            {
                var roots = new Cid[reader.ReadArrayHeader()];
                for (var i = 0; i < roots.Length; i++)
                {
                    roots[i] = reader.ReadCid();
                }

                if (reader.ReadTextSpan().SequenceEqual("version"u8) && reader.ReadInt64() == 1 && reader.IsAtEnd)
                {
                    return roots;
                }
            }
        }
        catch (CborException)
        {
        }

        throw new CarException("The header is not that of a CAR file of version 1.");
    }

    /// <summary>Takes what follows its length, once all of it is there.</summary>
    private bool TryTake(ref ReadOnlySequence<byte> input, long maxLength, out ReadOnlySequence<byte> section)
    {
        section = default;
        Span<byte> head = stackalloc byte[MaxVarintLength];
        var available = (int)Math.Min(MaxVarintLength, input.Length);
        input.Slice(0, available).CopyTo(head);

        var length = 0L;
        var at = 0;
        while (true)
        {
            if (at == available)
            {
                return at < MaxVarintLength
                    ? false
                    : throw new CarException("The CAR file has a section of more than 4 GB.");
            }

            length |= (long)(head[at] & 0x7f) << (7 * at);
            if (head[at++] < 0x80)
            {
                break;
            }
        }

        if (at > 1 && head[at - 1] == 0)
        {
            throw new CarException("The CAR file has a length that is not in its shortest form.");
        }

        if (length > maxLength || _total + at + length > _limits.MaxTotalBytes)
        {
            throw new CarException($"The CAR file has a section of {length} bytes, which is beyond the limit.");
        }

        if (input.Length < at + length)
        {
            return false;
        }

        section = input.Slice(at, length);
        input = input.Slice(at + length);
        _total += at + length;
        return true;
    }
}
