namespace AtProto.OAuth;

/// <summary>What may be done with records.</summary>
[Flags]
public enum RepoActions
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Adding a record.</summary>
    Create = 1,

    /// <summary>Replacing a record.</summary>
    Update = 2,

    /// <summary>Deleting a record.</summary>
    Delete = 4,

    /// <summary>All of it.</summary>
    All = Create | Update | Delete,
}
