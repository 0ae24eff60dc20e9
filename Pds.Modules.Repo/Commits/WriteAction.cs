namespace Pds.Modules.Repo.Commits;

/// <summary>What a caller wants done to a record.</summary>
internal enum WriteAction
{
    Create,
    Update,

    /// <summary>Update where the record is there, else create. Nothing where it is there and equal.</summary>
    Put,

    Delete,

    /// <summary>Delete where the record is there, else nothing.</summary>
    DeleteIfPresent,
}
