using AtProto.Stream;

namespace Pds.Modules.Repo.Firehose;

/// <summary>
/// Memory for frames, cut from large pieces. A frame stays in the ring for minutes, and alone it would be moved by the collector twice
/// on its way to where old things are; a piece is there from the start. It goes when none of its frames is needed any more.
/// </summary>
internal sealed class FrameSlab
{
    // Beyond what the runtime takes for small.
    private const int Length = 256 * 1024;

    // One of more than this has an array of its own, and wastes no room.
    private const int MaxShared = Length / 8;

    private Memory<byte> _free;

    /// <summary>The frame with its number.</summary>
    public ReadOnlyMemory<byte> Number(EventBody body, long seq)
    {
        var most = body.Bytes.Length + EventFrame.MaxSeqLength;
        if (most > MaxShared)
        {
            return body.Number(seq);
        }

        if (_free.Length < most)
        {
            _free = GC.AllocateUninitializedArray<byte>(Length);
        }

        var frame = _free[..EventFrame.Assemble(body.Bytes, body.SeqOffset, seq, _free.Span)];
        _free = _free[frame.Length..];
        return frame;
    }
}
