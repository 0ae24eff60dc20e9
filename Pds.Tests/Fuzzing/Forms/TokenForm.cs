using System.Buffers.Text;
using System.Text;
using Pds.Tests.Repo.Model;

namespace Pds.Tests.Fuzzing.Forms;

/// <summary>A JWT: header and claims are changed as JSON, or all of it as text.</summary>
internal sealed class TokenForm(JsonForm json) : IFuzzForm
{
    public byte[] Mutate(byte[] input, IReadOnlyList<byte[]> others, Dice dice)
    {
        var parts = Encoding.UTF8.GetString(input).Split('.');
        var at = dice.Next(2);
        if (parts.Length != 3 || dice.Next(6) == 0 || !Base64Url.IsValid(parts[at]))
        {
            return BytesForm.Instance.Mutate(input, others, dice);
        }

        var decoded = Base64Url.DecodeFromChars(parts[at]);
        parts[at] = Base64Url.EncodeToString(json.Mutate(decoded, [decoded, .. Parts(others[dice.Next(others.Count)])], dice));
        return Encoding.UTF8.GetBytes(string.Join('.', parts));
    }

    private static IEnumerable<byte[]> Parts(byte[] token) => Encoding.UTF8.GetString(token).Split('.')
        .Where(part => Base64Url.IsValid(part)).Select(part => Base64Url.DecodeFromChars(part));
}
