namespace AtProto.Lexicons.Schemas;

/// <summary>One of several objects, told apart by <c>$type</c>. Open unions let unknown types pass unseen.</summary>
internal sealed class UnionNode(UnionBranch[] branches, bool closed) : SchemaNode
{
    public IReadOnlyList<UnionBranch> Branches => branches;

    public override bool Check(ref SchemaWalk walk)
    {
        if (!TypeProbe.TryFind(walk.Reader, out var type) || type.IsEmpty)
        {
            return walk.Fail("must be an object which includes the \"$type\" property");
        }

        if (Find(type) is { } branch && (closed || branch.Schema.Resolve(walk.Catalog) is not null))
        {
            return branch.Schema.Check(ref walk);
        }

        if (closed)
        {
            return walk.Fail($"$type must be one of {string.Join(", ", branches.Select(known => known.Schema.Target))}");
        }

        walk.Reader.Skip();
        return true;
    }

    private UnionBranch? Find(ReadOnlySpan<byte> type)
    {
        // `nsid#main` is not to be written, but means the same.
        if (type.EndsWith("#main"u8))
        {
            type = type[..^5];
        }

        foreach (var branch in branches)
        {
            if (type.SequenceEqual(branch.Type))
            {
                return branch;
            }
        }

        return null;
    }
}
