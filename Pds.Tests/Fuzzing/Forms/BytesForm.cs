using Pds.Tests.Protocol;
using Pds.Tests.Repo.Model;

namespace Pds.Tests.Fuzzing.Forms;

/// <summary>Bytes of any kind.</summary>
internal sealed class BytesForm : IFuzzForm
{
    public static readonly BytesForm Instance = new();

    public byte[] Mutate(byte[] input, IReadOnlyList<byte[]> others, Dice dice) => Mutations.Mutate(input, others, dice);
}
