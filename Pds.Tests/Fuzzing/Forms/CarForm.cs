using AtProto;
using AtProto.Repo;
using Pds.Tests.Repo;
using Pds.Tests.Repo.Model;

namespace Pds.Tests.Fuzzing.Forms;

/// <summary>A CAR file. A block that is changed gets its right CID, and so do all that lead to it: what is wrong is found late.</summary>
internal sealed class CarForm : IFuzzForm
{
    public static readonly CarForm Instance = new();

    public byte[] Mutate(byte[] input, IReadOnlyList<byte[]> others, Dice dice)
    {
        if (dice.Next(4) == 0 || TryRead(input) is not { Blocks.Count: > 0, Roots.Count: > 0 } car)
        {
            return BytesForm.Instance.Mutate(input, others, dice);
        }

        var root = car.Roots[0];
        List<Block> blocks = [.. car.Blocks.Select(block => new Block(block.Key, block.Value))];
        var at = dice.Next(blocks.Count);
        switch (dice.Next(10))
        {
            case 0: blocks.RemoveAt(at); break;
            case 1: blocks.Reverse(); break;
            case 2: blocks.Add(blocks[at]); break;
            case 3 when TryRead(others[dice.Next(others.Count)]) is { } other:
                blocks.AddRange(other.Blocks.Select(block => new Block(block.Key, block.Value)));
                break;
            case 4: root = blocks[at].Cid; break;
            default:
                var bytes = CborForm.Instance.Mutate(blocks[at].Bytes, [blocks[dice.Next(blocks.Count)].Bytes], dice);
                root = Replace(blocks, at, new Block(Cid.Compute(blocks[at].Cid.Codec, bytes), bytes), root);
                break;
        }

        return RepoCar.Write(root, blocks);
    }

    // Each block is renamed once on the way up: files that broke earlier may lead in circles.
    private static Cid Replace(List<Block> blocks, int at, Block changed, Cid root)
    {
        var left = blocks.Count;
        Queue<(Cid Old, Cid New)> renamed = new([(blocks[at].Cid, changed.Cid)]);
        blocks[at] = changed;
        while (left-- > 0 && renamed.TryDequeue(out var name))
        {
            root = root == name.Old ? name.New : root;
            var old = name.Old.ToBytes();
            for (var i = 0; i < blocks.Count; i++)
            {
                var place = blocks[i].Bytes.AsSpan().IndexOf(old);
                if (place >= 0)
                {
                    byte[] bytes = [.. blocks[i].Bytes];
                    name.New.WriteTo(bytes.AsSpan(place));
                    var block = new Block(Cid.Compute(blocks[i].Cid.Codec, bytes), bytes);
                    renamed.Enqueue((blocks[i].Cid, block.Cid));
                    blocks[i] = block;
                }
            }
        }

        return root;
    }

    private static Car? TryRead(byte[] input)
    {
        try
        {
            return CarReader.ReadAll(input);
        }
        catch (CarException)
        {
            return null;
        }
    }
}
