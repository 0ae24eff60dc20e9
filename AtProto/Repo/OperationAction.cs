namespace AtProto.Repo;

/// <summary>What an operation does to the record under a path.</summary>
public enum OperationAction
{
    /// <summary>Adds it.</summary>
    Create,

    /// <summary>Replaces it.</summary>
    Update,

    /// <summary>Takes it away.</summary>
    Delete,
}
