using System.Text;
using Pds.Tests.Repo.Model;

namespace Pds.Tests.Fuzzing.Forms;

/// <summary>A line of text that is made of known words.</summary>
internal sealed class TextForm(params string[] words) : IFuzzForm
{
    private readonly byte[][] _words = [.. words.Select(Encoding.UTF8.GetBytes)];

    public byte[] Mutate(byte[] input, IReadOnlyList<byte[]> others, Dice dice)
    {
        if (dice.Next(2) == 0)
        {
            return BytesForm.Instance.Mutate(input, others, dice);
        }

        var at = dice.Next(input.Length + 1);
        var end = dice.Next(3) == 0 ? at + dice.Next(Math.Min(16, input.Length - at) + 1) : at;
        return [.. input.AsSpan(0, at), .. _words[dice.Next(_words.Length)], .. input.AsSpan(end)];
    }
}
