namespace Pds.Modules.Repo.Firehose;

/// <summary>An event that has no number yet.</summary>
/// <param name="SeqAt">Where in <paramref name="Body"/> the number belongs.</param>
/// <param name="Body">The frame without its number.</param>
public sealed record NewEvent(long RepoId, EventKind Kind, DateTimeOffset Time, int SeqAt, byte[] Body)
{
    public StreamEvent Number(long seq) => new(seq, RepoId, Kind, Time, Frame(Body, SeqAt, seq));

    /// <summary>Puts the number, as CBOR, into its place.</summary>
    internal static byte[] Frame(ReadOnlySpan<byte> body, int seqAt, long seq)
    {
        Span<byte> number = stackalloc byte[9];
        number = number[..WriteUnsigned(number, (ulong)seq)];

        var frame = GC.AllocateUninitializedArray<byte>(body.Length + number.Length);
        body[..seqAt].CopyTo(frame);
        number.CopyTo(frame.AsSpan(seqAt));
        body[seqAt..].CopyTo(frame.AsSpan(seqAt + number.Length));
        return frame;
    }

    private static int WriteUnsigned(Span<byte> destination, ulong value)
    {
        switch (value)
        {
            case < 24:
                destination[0] = (byte)value;
                return 1;
            case <= byte.MaxValue:
                (destination[0], destination[1]) = (0x18, (byte)value);
                return 2;
            case <= ushort.MaxValue:
                destination[0] = 0x19;
                System.Buffers.Binary.BinaryPrimitives.WriteUInt16BigEndian(destination[1..], (ushort)value);
                return 3;
            case <= uint.MaxValue:
                destination[0] = 0x1a;
                System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(destination[1..], (uint)value);
                return 5;
            default:
                destination[0] = 0x1b;
                System.Buffers.Binary.BinaryPrimitives.WriteUInt64BigEndian(destination[1..], value);
                return 9;
        }
    }
}
