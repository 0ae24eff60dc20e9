using System.Globalization;
using System.Security.Cryptography;
using Pds.Tests.Repo.Model;

namespace Pds.Tests.Protocol;

/// <summary>
/// What was valid, changed at random. <c>PDS_TEST_EFFORT</c> multiplies the rounds, <c>PDS_TEST_SEED</c> repeats a run.
/// </summary>
internal sealed class Mutations
{
    // What a parser stumbles over: heads of CBOR with lengths of one to eight bytes, ends of ranges, characters of JSON.
    private static readonly byte[] Telling = [0x00, 0x18, 0x1b, 0x3b, 0x5b, 0x7f, 0x80, 0x9b, 0x9f, 0xbb, 0xd8, 0xf6, 0xfb, 0xff, (byte)'"', (byte)'{', (byte)'[', (byte)'\\', (byte)'/', (byte)'.', (byte)':'];

    private readonly int _seed = Environment.GetEnvironmentVariable("PDS_TEST_SEED") is { Length: > 0 } given
        ? int.Parse(given, CultureInfo.InvariantCulture)
        : RandomNumberGenerator.GetInt32(int.MaxValue);

    /// <summary>Runs a check on changed samples; a failure tells seed, round and input.</summary>
    public void Run(IReadOnlyList<byte[]> samples, int rounds, Action<byte[], Dice> check)
    {
        var effort = int.TryParse(Environment.GetEnvironmentVariable("PDS_TEST_EFFORT"), CultureInfo.InvariantCulture, out var given) ? given : 1;
        var dice = new Dice(_seed);
        for (var round = 0; round < rounds * effort; round++)
        {
            var input = Mutate(samples[dice.Next(samples.Count)], samples, dice);
            try
            {
                check(input, dice);
            }
            catch (Exception thrown)
            {
                throw new InvalidOperationException(
                    $"PDS_TEST_SEED={_seed}, round {round}, input {Convert.ToHexString(input.AsSpan(0, Math.Min(input.Length, 2_000)))}", thrown);
            }
        }
    }

    /// <summary>Changes one to four places of a sample.</summary>
    public static byte[] Mutate(byte[] sample, IReadOnlyList<byte[]> others, Dice dice)
    {
        List<byte> bytes = [.. sample];
        for (var left = 1 + dice.Next(4); left > 0; left--)
        {
            var at = dice.Next(bytes.Count + 1);
            var rest = bytes.Count - at;
            switch (dice.Next(7))
            {
                case 0 when rest > 0: bytes[at] ^= (byte)(1 << dice.Next(8)); break;
                case 1 when rest > 0: bytes[at] = Telling[dice.Next(Telling.Length)]; break;
                case 2: bytes.Insert(at, Telling[dice.Next(Telling.Length)]); break;
                case 3: bytes.RemoveRange(at, dice.Next(Math.Min(rest, 40) + 1)); break;
                case 4: bytes.InsertRange(at, bytes.GetRange(at, dice.Next(Math.Min(rest, 200) + 1))); break;
                case 5: bytes.InsertRange(at, Enumerable.Repeat((byte)0xff, 1 + dice.Next(9))); break;
                case 6:
                    var other = others[dice.Next(others.Count)];
                    bytes.InsertRange(at, other.AsSpan(dice.Next(other.Length + 1)).ToArray().Take(200));
                    break;
            }
        }

        return [.. bytes];
    }
}
