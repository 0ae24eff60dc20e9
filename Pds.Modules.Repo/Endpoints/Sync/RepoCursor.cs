using System.Globalization;
using Pds.Xrpc;

namespace Pds.Modules.Repo.Endpoints.Sync;

/// <summary>A place in the order in which repositories were created.</summary>
internal static class RepoCursor
{
    /// <summary>The id of the last repository that was seen; 0 to begin.</summary>
    public static long Read(string? cursor) =>
        string.IsNullOrEmpty(cursor) ? 0
        : long.TryParse(cursor, NumberStyles.None, CultureInfo.InvariantCulture, out var after) ? after
        : throw XrpcErrors.InvalidRequest("Malformed cursor");
}
