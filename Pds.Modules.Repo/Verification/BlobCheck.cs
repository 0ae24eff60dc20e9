using System.Buffers;
using System.Security.Cryptography;
using AtProto;
using Npgsql;
using Pds.Modules.Repo.Blobs;
using Pds.Xrpc;

namespace Pds.Modules.Repo.Verification;

/// <summary>Compares what is known of a repository's blobs with their files, byte by byte.</summary>
internal sealed class BlobCheck(NpgsqlDataSource database, IBlobStorage storage, TimeProvider time)
{
    private const int BufferSize = 128 * 1024;

    // An upload writes its file before its row.
    private static readonly TimeSpan OldEnough = TimeSpan.FromHours(1);

    /// <summary>Looks at rows alone.</summary>
    public static void CheckRows(RepositoryReport report, List<VerifiedBlob> blobs, Mending mending)
    {
        foreach (var blob in blobs)
        {
            if (blob.IsTemporary && blob.IsNamed)
            {
                report.Findings.Problem($"blob {blob.Cid} is held for temporary, and a record names it");
                mending.HasWrongBlobs = true;
            }
            else if (!blob.IsTemporary && !blob.IsNamed && !blob.IsTakenDown)
            {
                report.Findings.Problem($"no record names blob {blob.Cid}, which is kept all the same");
                mending.HasWrongBlobs = true;
            }
        }
    }

    /// <summary>Reads every file, and looks for files that nothing needs.</summary>
    public async Task CheckFilesAsync(RepositoryReport report, List<VerifiedBlob> blobs, CancellationToken cancellationToken)
    {
        var keys = new HashSet<string>(blobs.Count, StringComparer.Ordinal);
        foreach (var blob in blobs)
        {
            keys.Add(blob.StorageKey);
            report.Blobs++;
            report.BlobBytes += blob.Size;
            if (await FindFaultAsync(blob, cancellationToken) is { } fault
                && await IsKnownAsync(blob.StorageKey, noted: false, cancellationToken))
            {
                report.Findings.Problem($"blob {blob.Cid} ({blob.StorageKey}) {fault}");
            }
        }

        await foreach (var file in storage.ListAsync(BlobKey.FolderOf(report.Did), cancellationToken))
        {
            if (!keys.Contains(file.Key) && time.GetUtcNow() - file.WrittenAt > OldEnough
                && !await IsKnownAsync(file.Key, noted: true, cancellationToken))
            {
                report.Findings.Problem($"nothing knows of the file {file.Key}, {file.Size} bytes");
            }
        }
    }

    /// <summary>What is wrong with the bytes; null when they are right.</summary>
    public async Task<string?> FindFaultAsync(VerifiedBlob blob, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            await using var file = await storage.OpenAsync(blob.StorageKey, blob.Size, cancellationToken);
            if (file is null)
            {
                return "has no file";
            }

            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            var size = 0L;
            for (int count; (count = await file.ReadAsync(buffer, cancellationToken)) > 0; size += count)
            {
                hash.AppendData(buffer, 0, count);
            }

            return size != blob.Size ? $"has {size} bytes in place of {blob.Size}"
                : Cid.FromDigest(CidCodec.Raw, hash.GetHashAndReset()) != blob.Cid ? "has other bytes than its name says"
                : null;
        }
        catch (XrpcException)
        {
            return "has no file";
        }
        catch (IOException failure)
        {
            return $"cannot be read: {failure.Message}";
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    // What went while it was looked at is no fault.
    private async Task<bool> IsKnownAsync(string key, bool noted, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            "SELECT EXISTS (SELECT FROM repo.blob WHERE storage_key = $1) OR $2 AND EXISTS (SELECT FROM repo.blob_deletion WHERE storage_key = $1)");
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = key });
        command.Parameters.Add(new NpgsqlParameter<bool> { TypedValue = noted });
        return await command.ExecuteScalarAsync(cancellationToken) is true;
    }
}
