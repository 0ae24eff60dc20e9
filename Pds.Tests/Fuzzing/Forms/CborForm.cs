using Pds.Tests.Repo.Model;

namespace Pds.Tests.Fuzzing.Forms;

/// <summary>Items of CBOR, changed as the tree that they are.</summary>
internal sealed class CborForm : IFuzzForm
{
    public static readonly CborForm Instance = new();

    // Ends of ranges, empty values, a float, a link to nothing, another tag, text that is no UTF-8.
    private static readonly byte[][] Telling =
    [
        [0x00], [0x20], [0x17], [0x1b, 0, 0x1f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], [0x1b, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
        [0x3b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff], [0x40], [0x60], [0x80], [0xa0], [0xf4], [0xf5], [0xf6], [0xf7],
        [0xfb, 0x3f, 0xf0, 0, 0, 0, 0, 0, 0], [0xd8, 0x2a, 0x41, 0x00], [0xc1, 0x00], [0x62, 0xc3, 0x28], [0x63, 0xed, 0xa0, 0x80], [0x81, 0x80],
        [0xa1, 0x60, 0xf6],
    ];

    public byte[] Mutate(byte[] input, IReadOnlyList<byte[]> others, Dice dice)
    {
        if (dice.Next(4) == 0 || CborItem.ReadAll(input) is not { Count: > 0 } items)
        {
            return BytesForm.Instance.Mutate(input, others, dice);
        }

        for (var left = 1 + dice.Next(3); left > 0; left--)
        {
            Change(items, others, dice);
        }

        return CborItem.Write(items);
    }

    private static void Change(List<CborItem> roots, IReadOnlyList<byte[]> others, Dice dice)
    {
        List<CborItem> all = [.. roots.SelectMany(root => root.All())];
        var item = all[dice.Next(all.Count)];
        var isMap = item.Major == 5;
        var at = item.Items.Count == 0 ? -1 : dice.Next(item.Items.Count);
        switch (dice.Next(8))
        {
            case 0 when at >= 0 && isMap: item.Items.RemoveRange(at & ~1, 2); break;
            case 0 when at >= 0 && item.Major == 4: item.Items.RemoveAt(at); break;
            case 1 when at >= 0 && isMap: item.Items.AddRange([item.Items[at & ~1].Copy(), item.Items[at | 1].Copy()]); break;
            case 1 when at >= 0 && item.Major == 4: item.Items.Insert(at, item.Items[dice.Next(item.Items.Count)].Copy()); break;
            case 2 when at >= 0: item.Items[at] = Foreign(others, dice) ?? Known(dice); break;
            case 3 when at >= 0: item.Items[at] = Known(dice); break;
            case 4 when at >= 0: item.Items[at] = all[dice.Next(all.Count)].Copy(); break;
            case 5 when at >= 0 && isMap: item.Items.Reverse(at & ~1, 2); break;
            case 6 when item.Major is 0 or 1 or 7: item.Argument += (ulong)dice.Next(5) - 2; break;
            default:
                item.Content = item.Content.Length > 0 ? BytesForm.Instance.Mutate(item.Content, [item.Content], dice) : item.Content;
                break;
        }
    }

    private static CborItem Known(Dice dice) => CborItem.ReadAll(Telling[dice.Next(Telling.Length)])![0];

    private static CborItem? Foreign(IReadOnlyList<byte[]> others, Dice dice)
    {
        var all = CborItem.ReadAll(others[dice.Next(others.Count)])?.SelectMany(root => root.All()).ToList();
        return all is { Count: > 0 } ? all[dice.Next(all.Count)].Copy() : null;
    }
}
