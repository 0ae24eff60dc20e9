using System.Text;

namespace AtProto.Lexicons.Schemas;

internal sealed class UnionBranch(RefNode schema)
{
    public RefNode Schema { get; } = schema;

    /// <summary>The <c>$type</c> of this branch's values, without <c>#main</c>.</summary>
    public byte[] Type { get; } = Encoding.UTF8.GetBytes(schema.Target.ToString());
}
