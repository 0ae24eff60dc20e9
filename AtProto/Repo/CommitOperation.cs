namespace AtProto.Repo;

/// <summary>One change of a commit, as <c>#commit</c> events list them.</summary>
/// <param name="Action">What is done.</param>
/// <param name="Path">The record: collection, slash and record key, the key of the tree.</param>
/// <param name="Cid">The record from now on; null for a delete.</param>
/// <param name="Prev">The record until now; null for a create, and in events of hosts that do not send it.</param>
public sealed record CommitOperation(OperationAction Action, string Path, Cid? Cid, Cid? Prev)
{
    /// <summary>Adds a record.</summary>
    /// <param name="path">The record's path.</param>
    /// <param name="cid">The record.</param>
    public static CommitOperation Create(string path, Cid cid) => new(OperationAction.Create, path, cid, null);

    /// <summary>Replaces a record.</summary>
    /// <param name="path">The record's path.</param>
    /// <param name="cid">The record from now on.</param>
    /// <param name="prev">The record until now.</param>
    public static CommitOperation Update(string path, Cid cid, Cid prev) => new(OperationAction.Update, path, cid, prev);

    /// <summary>Takes a record away.</summary>
    /// <param name="path">The record's path.</param>
    /// <param name="prev">The record until now.</param>
    public static CommitOperation Delete(string path, Cid prev) => new(OperationAction.Delete, path, null, prev);
}
