namespace AtProto.Repo;

/// <summary>What a <see cref="TreeCursor"/> has come to.</summary>
public enum TreeStep
{
    /// <summary>An entry.</summary>
    Entry,

    /// <summary>A node that is not in memory.</summary>
    Missing,

    /// <summary>The end.</summary>
    End,
}
