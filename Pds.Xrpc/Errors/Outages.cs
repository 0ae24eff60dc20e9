using System.Data.Common;

namespace Pds.Xrpc;

/// <summary>Tells what is away or full from what is broken.</summary>
public static class Outages
{
    private const string DiskFull = "53100";

    // Numbers of Linux, which the runtime hands on; EDQUOT is a disk that is full for one user.
    private const int NoSpace = 28;
    private const int QuotaExceeded = 122;

    /// <summary>
    /// What is the matter, in words that help whoever runs the server and give nothing away to others; null when it is no outage.
    /// </summary>
    public static string? Explain(Exception failure) => failure switch
    {
        DbException { SqlState: DiskFull } => "The database has no space left; nothing was written",
        DbException away when IsAway(away) => "The database is not there; try again in a moment",
        IOException { HResult: NoSpace or QuotaExceeded } => "The server has no space left for files; nothing was kept",
        _ => null,
    };

    /// <summary>Whether the database was lost or is not there, so that the same may succeed later.</summary>
    internal static bool IsAway(DbException failure) =>
        failure.IsTransient || failure.SqlState?.StartsWith("57P", StringComparison.Ordinal) == true;
}
