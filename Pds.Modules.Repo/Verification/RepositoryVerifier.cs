using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using AtProto;
using AtProto.Crypto;
using AtProto.Repo;
using Npgsql;
using Pds.Modules.Repo.Blobs;
using Pds.Modules.Repo.Keys;
using Pds.Modules.Repo.Storage;

namespace Pds.Modules.Repo.Verification;

/// <summary>Proves repositories and their files consistent, row by row, while servers go on writing. For the command line.</summary>
public sealed class RepositoryVerifier
{
    private const int PageSize = 1000;
    private const int MaxAttempts = 5;

    private readonly NpgsqlDataSource _database;
    private readonly SyncStore _repos;
    private readonly KeySealer _sealer;
    private readonly IBlobStorage _storage;
    private readonly BlobCheck _blobs;
    private readonly MendingStore _mending;

    internal RepositoryVerifier(NpgsqlDataSource database, SyncStore repos, KeySealer sealer, IBlobStorage storage, TimeProvider time)
    {
        (_database, _repos, _sealer, _storage) = (database, repos, sealer, storage);
        (_blobs, _mending) = (new BlobCheck(database, storage, time), new MendingStore(database));
    }

    /// <summary>All repositories, in the order of their creation.</summary>
    public async IAsyncEnumerable<Did> ListAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var after = 0L;
        while (await _repos.ListAsync(after, PageSize, cancellationToken) is { Count: > 0 } page)
        {
            foreach (var repo in page)
            {
                yield return repo.Did;
                after = repo.Id;
            }
        }
    }

    public async Task<long> CountAsync(CancellationToken cancellationToken)
    {
        await using var command = _database.CreateCommand("SELECT count(*) FROM repo.repo");
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>Folders of the blob store whose accounts are not here.</summary>
    /// <param name="accounts">All that are.</param>
    public async IAsyncEnumerable<string> FindStrayFoldersAsync(
        IEnumerable<Did> accounts, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var known = accounts.Select(BlobKey.FolderOf).ToHashSet(StringComparer.Ordinal);
        await foreach (var folder in _storage.ListFoldersAsync(cancellationToken))
        {
            var isStray = !known.Contains(folder);
            await foreach (var _ in isStray ? _storage.ListAsync(folder, cancellationToken) : AsyncEnumerable.Empty<StoredFile>())
            {
                yield return folder;
                break;
            }
        }
    }

    /// <summary>Looks at one repository; null when there is none.</summary>
    /// <param name="readsFiles">Whether to read all blobs.</param>
    /// <param name="mends">Whether to put right what follows from the records, see <see cref="MendingStore"/>.</param>
    public async Task<RepositoryReport?> VerifyAsync(Did did, bool readsFiles, bool mends, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            var report = new RepositoryReport(did);
            var mending = new Mending();
            List<VerifiedBlob> blobs;
            await using (var store = await VerificationStore.OpenAsync(_database, cancellationToken))
            {
                if (await store.FindAsync(did, cancellationToken) is not { } head)
                {
                    return null;
                }

                if (head.Status == AccountStatus.Deleted)
                {
                    report.Findings.Notice("it is being deleted");
                    return report;
                }

                CheckHead(head, report);
                var tree = new TreeCheck(store, head, report, mending);
                await tree.RunAsync(cancellationToken);
                blobs = await store.ListBlobsAsync(head.RepoId, cancellationToken);
                BlobCheck.CheckRows(report, blobs, mending);
                if (await store.CountMissingBlobsAsync(head.RepoId, cancellationToken) is > 0 and var missing)
                {
                    report.Findings.Notice($"its records name {missing} blobs that have not been uploaded here");
                }

                if (mends && mending.IsNeeded && attempt < MaxAttempts)
                {
                    var nodes = await tree.MakeNodesAsync(mending.MissingNodes, cancellationToken);
                    if (await _mending.ApplyAsync(head, mending, nodes, cancellationToken))
                    {
                        return await LookAgainAsync(report, readsFiles, cancellationToken);
                    }

                    continue;
                }
            }

            if (readsFiles)
            {
                await _blobs.CheckFilesAsync(report, blobs, cancellationToken);
            }

            return report;
        }
    }

    // What is not found again is mended.
    private async Task<RepositoryReport?> LookAgainAsync(RepositoryReport before, bool readsFiles, CancellationToken cancellationToken)
    {
        var after = await VerifyAsync(before.Did, readsFiles, mends: false, cancellationToken);
        var left = after?.Findings.All.Select(finding => finding.Text).ToHashSet(StringComparer.Ordinal) ?? [];
        foreach (var finding in before.Findings.All)
        {
            if (finding.Kind == FindingKind.Problem && !left.Contains(finding.Text))
            {
                after?.Findings.Mended(finding.Text);
            }
        }

        return after;
    }

    private void CheckHead(VerifiedHead head, RepositoryReport report)
    {
        var findings = report.Findings;
        if (!SignedCommit.TryDecode(head.Commit, out var commit))
        {
            findings.Problem("its head is no commit");
            return;
        }

        if (commit.Cid != head.Head || commit.Did != head.Did || commit.Rev != head.Rev || commit.Data != head.Data)
        {
            findings.Problem($"its row does not say what its commit {commit.Cid} says");
        }

        if (!PublicKey.TryParseDidKey(head.DidKey, out var key) || !commit.Verify(key))
        {
            findings.Problem($"its commit is not signed by its key {head.DidKey}");
        }

        try
        {
            _sealer.Open(head.SealedKey, head.DidKey).Dispose();
            report.SigningKey = head.DidKey;
        }
        catch (CryptographicException)
        {
            findings.Problem("its signing key does not open: it is sealed with another PDS_PLC_ROTATION_KEY_K256_PRIVATE_KEY_HEX");
        }
    }
}
