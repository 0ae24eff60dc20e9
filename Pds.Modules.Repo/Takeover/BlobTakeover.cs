using System.IO.Pipelines;
using AtProto;
using Pds.Contracts.Repo;
using Pds.Modules.Repo.Blobs;
using Pds.Modules.Repo.Storage;
using Pds.Xrpc;

namespace Pds.Modules.Repo.Takeover;

/// <summary>Copies blobs to where this server keeps its own, and checks every byte on the way.</summary>
internal sealed class BlobTakeover(IncomingBlobs incoming, IBlobStorage storage)
{
    /// <summary>Keeps the blobs of a repository. Those that an earlier run has kept are not copied again.</summary>
    public async Task<(List<KeptBlob> Kept, List<Cid> Missing)> KeepAsync(
        TakenOverRepository repository, CancellationToken cancellationToken)
    {
        var (kept, missing) = (new List<KeptBlob>(), new List<Cid>());
        foreach (var blob in repository.Blobs)
        {
            // Always the same for the same bytes, and none of those that uploads get.
            var key = BlobKey.TakenOver(repository.Did, blob.Cid);
            var size = await IsKeptAsync(key, blob.Size, cancellationToken)
                ? blob.Size
                : await CopyAsync(blob, key, cancellationToken);
            if (size is { } length)
            {
                kept.Add(new KeptBlob(blob, new StoredBlob(blob.Cid, blob.MimeType, length, key)));
            }
            else if (!blob.IsTemporary)
            {
                missing.Add(blob.Cid);
            }
        }

        return (kept, missing);
    }

    /// <summary>Null when the bytes are not there, or are others.</summary>
    private async Task<long?> CopyAsync(TakenOverBlob blob, string key, CancellationToken cancellationToken)
    {
        await using var source = blob.Open();
        if (source is null)
        {
            return null;
        }

        await using var copy = incoming.Create();
        await copy.ReceiveAsync(PipeReader.Create(source), long.MaxValue, cancellationToken);
        if (copy.Finish() != blob.Cid)
        {
            return null;
        }

        await storage.KeepAsync(key, copy, blob.MimeType, cancellationToken);
        return copy.Size;
    }

    // A blob gets its place when it is whole, so what is there is all of it.
    private async Task<bool> IsKeptAsync(string key, long size, CancellationToken cancellationToken)
    {
        try
        {
            await using var there = await storage.OpenAsync(key, size, cancellationToken);
            return there is not null && (size == 0 || await there.ReadAsync(new byte[1], cancellationToken) == 1);
        }
        catch (XrpcException)
        {
            return false;
        }
    }
}

/// <summary>A blob whose bytes are kept here.</summary>
internal sealed record KeptBlob(TakenOverBlob Source, StoredBlob Stored);
