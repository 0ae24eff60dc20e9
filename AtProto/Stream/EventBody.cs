namespace AtProto.Stream;

/// <summary>A frame of the event stream that has no number yet. It is stored as it is, and numbered when it is sent.</summary>
/// <param name="Bytes">Header and body without the value of <c>seq</c>.</param>
/// <param name="SeqOffset">Where the value of <c>seq</c> belongs.</param>
public readonly record struct EventBody(byte[] Bytes, int SeqOffset)
{
    /// <summary>The frame with its number.</summary>
    /// <param name="seq">The number.</param>
    public byte[] Number(long seq) => EventFrame.Assemble(Bytes, SeqOffset, seq);
}
