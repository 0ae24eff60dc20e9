using System.Text;

namespace AtProto.Plc;

/// <summary>The order of map keys in canonical CBOR: by length in UTF-8, then by bytes.</summary>
internal sealed class PlcNameOrder : IComparer<string>
{
    private PlcNameOrder()
    {
    }

    public static PlcNameOrder Instance { get; } = new();

    public int Compare(string? x, string? y)
    {
        var left = Encoding.UTF8.GetBytes(x ?? "");
        var right = Encoding.UTF8.GetBytes(y ?? "");
        var byLength = left.Length.CompareTo(right.Length);
        return byLength != 0 ? byLength : left.AsSpan().SequenceCompareTo(right);
    }
}
