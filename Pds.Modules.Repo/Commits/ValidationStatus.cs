namespace Pds.Modules.Repo.Commits;

/// <summary>What is said of a record's schema.</summary>
internal enum ValidationStatus
{
    Valid,

    /// <summary>There is no schema to check against.</summary>
    Unknown,
}
