using Pds.Modules.Repo;
using Pds.Xrpc;

namespace Pds.Web.Operation;

/// <summary>A folder that this server writes to, and how much room there is.</summary>
/// <param name="Use">What is kept there.</param>
/// <param name="Free">In bytes.</param>
/// <param name="Total">In bytes.</param>
internal sealed record Volume(string Use, string Path, long Free, long Total)
{
    private const double LittleRoom = 0.1;

    public bool IsTight => Free < Total * LittleRoom;
}

/// <summary>Looks at the disks that this server writes to.</summary>
internal sealed class Volumes(ServiceOptions service, BlobOptions blobs)
{
    public IReadOnlyList<Volume> List()
    {
        var found = new List<Volume>();
        Add(found, "Data", service.DataDirectory);
        if (blobs is { S3Bucket: null, AzureConnectionString: null })
        {
            Add(found, "Blobs", blobs.Directory);
        }

        if (!blobs.TemporaryDirectory.StartsWith(blobs.Directory, StringComparison.Ordinal))
        {
            Add(found, "Incoming blobs", blobs.TemporaryDirectory);
        }

        return found;
    }

    // A folder that is not made yet is going to lie where its parent does.
    private static void Add(List<Volume> volumes, string use, string folder)
    {
        var path = Path.GetFullPath(folder);
        for (var at = path; at is not null; at = Path.GetDirectoryName(at))
        {
            if (Directory.Exists(at))
            {
                var drive = new DriveInfo(at);
                volumes.Add(new Volume(use, path, drive.AvailableFreeSpace, drive.TotalSize));
                return;
            }
        }
    }
}
