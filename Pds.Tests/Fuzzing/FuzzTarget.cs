namespace Pds.Tests.Fuzzing;

/// <summary>Something that reads what others send, and what it must keep to whatever they send.</summary>
/// <param name="Form">How an input is changed so that it stays nearly right.</param>
/// <param name="Check">Reads one input; throws when the reader throws what it does not document, or breaks a promise.</param>
/// <param name="Seeds">Inputs to begin with.</param>
internal sealed record FuzzTarget(string Name, IFuzzForm Form, Action<byte[]> Check, Func<IEnumerable<byte[]>> Seeds)
{
    /// <summary>The longest input that is made, in bytes.</summary>
    public int MaxLength { get; init; } = 8_000;

    /// <summary>What one input may allocate in any case: exceptions and buffers have a price of their own.</summary>
    public long Allowance { get; init; } = 300_000;

    /// <summary>What it may allocate besides for each of its bytes: lengths that it claims have no price.</summary>
    public long AllowancePerByte { get; init; } = 100;
}
