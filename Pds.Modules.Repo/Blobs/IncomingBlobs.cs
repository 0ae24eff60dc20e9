namespace Pds.Modules.Repo.Blobs;

/// <summary>Where blobs are received before it is known what they are.</summary>
internal sealed class IncomingBlobs
{
    private readonly string _folder;

    public IncomingBlobs(BlobOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _folder = options.TemporaryDirectory;
        Directory.CreateDirectory(_folder);
    }

    /// <summary>Opens a file for a blob that is on its way. Nothing is left of it unless it is kept.</summary>
    public IncomingBlob Create() => new(Path.Combine(_folder, Guid.CreateVersion7().ToString("N")));
}
