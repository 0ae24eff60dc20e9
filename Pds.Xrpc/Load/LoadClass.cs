namespace Pds.Xrpc;

/// <summary>What a request costs while it is under way; noted with its endpoint. What has no note is <see cref="Short"/>.</summary>
public enum LoadClass
{
    /// <summary>Milliseconds of work.</summary>
    Short,

    /// <summary>Takes as long as the client's or another server's line: blobs, and what others answer.</summary>
    Transfer,

    /// <summary>A transfer that holds a connection to the database: whole repositories.</summary>
    Export,
}
