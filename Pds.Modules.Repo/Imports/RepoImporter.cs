using System.Diagnostics;
using System.IO.Pipelines;
using AtProto;
using AtProto.Crypto;
using AtProto.Repo;
using Npgsql;
using Pds.Modules.Repo.Commits;
using Pds.Modules.Repo.Firehose;
using Pds.Modules.Repo.Keys;
using Pds.Modules.Repo.Storage;
using Pds.Xrpc;

namespace Pds.Modules.Repo.Imports;

/// <summary>
/// Makes a repository what a CAR file says: received in full, held against what is there, and the difference written in one
/// transaction, whose last statement moves the head. The tree is signed anew with the key of this server, under a revision
/// after both: who signed it before, and with what key, says nothing to those who follow the account here.
/// </summary>
internal sealed class RepoImporter(
    RepoStore repos,
    RepoCache cache,
    SigningKeys keys,
    ImportStore store,
    EventPartitionStore partitions,
    EventTail tail,
    TidClock clock,
    TimeProvider time,
    RepoOptions options,
    BlobOptions blobOptions) : IDisposable
{
    private const int MaxAttempts = 8;

    // Revisions further ahead than that were never believed by anyone, so that none has to come after them.
    private static readonly TimeSpan MaxSkew = TimeSpan.FromMinutes(5);

    // Each holds some memory and a connection to the database.
    private readonly ImportSlots _slots = new();

    /// <summary>Imports. Nothing has changed when this throws a refusal.</summary>
    public async Task ImportAsync(Did did, PipeReader body, CancellationToken cancellationToken)
    {
        var (started, outcome) = (Stopwatch.GetTimestamp(), "failure");
        try
        {
            await RunAsync(did, body, cancellationToken);
            outcome = "success";
        }
        catch (XrpcException)
        {
            outcome = "refusal";
            throw;
        }
        finally
        {
            RepoTelemetry.ImportDuration.Record(
                Stopwatch.GetElapsedTime(started).TotalSeconds, new KeyValuePair<string, object?>("outcome", outcome));
        }
    }

    public void Dispose() => _slots.Dispose();

    private async Task RunAsync(Did did, PipeReader body, CancellationToken cancellationToken)
    {
        RequireImportable((await repos.FindAsync(did, 0, cancellationToken))?.Status);
        using var slot = await _slots.TakeAsync(cancellationToken);
        using var blocks = new ImportedBlocks(blobOptions.TemporaryDirectory);
        var roots = await CarReceiver.ReceiveAsync(body, options.MaxImportSize, blocks, slot, time, cancellationToken);
        var commit = RequireCommit(did, roots, blocks);
        for (var attempt = 0; attempt < MaxAttempts; attempt++)
        {
            try
            {
                if (await TryImportAsync(commit, blocks, cancellationToken))
                {
                    return;
                }
            }
            catch (PostgresException exception) when (EventPartitionStore.IsBeyondEnd(exception))
            {
                await partitions.ReachAsync(cancellationToken);
            }
        }

        throw XrpcErrors.InvalidSwap("The repository is being written; import it again when it rests");
    }

    private static void RequireImportable(AccountStatus? status)
    {
        if (status != AccountStatus.Deactivated)
        {
            RepoWriter.RequireWritable(status);
        }
    }

    private static SignedCommit RequireCommit(Did did, IReadOnlyList<Cid> roots, ImportedBlocks blocks)
    {
        if (roots.Count != 1)
        {
            throw XrpcErrors.InvalidRequest("expected one root");
        }

        if (blocks.Find(roots[0]) is not { } bytes || !SignedCommit.TryDecode(bytes, out var commit))
        {
            throw XrpcErrors.InvalidRequest("The root of the CAR file is not a commit");
        }

        return commit.Did == did
            ? commit
            : throw XrpcErrors.InvalidRequest($"The repository is that of {commit.Did}");
    }

    /// <summary>False when the repository has moved on meanwhile.</summary>
    private async Task<bool> TryImportAsync(SignedCommit commit, ImportedBlocks blocks, CancellationToken cancellationToken)
    {
        var stored = await repos.FindAsync(commit.Did, 0, cancellationToken);
        RequireImportable(stored?.Status);
        if (stored!.Status != AccountStatus.Active)
        {
            return await TryImportAsync(stored, keys.Open(stored.Key), commit, blocks, cancellationToken);
        }

        // Its writers wait, and then find their state of the repository to be old.
        var state = await cache.GetAsync(commit.Did, cancellationToken);
        await state.Gate.WaitAsync(cancellationToken);
        try
        {
            if (state.IsBroken || (state.Last is { } last && !await last.Durable))
            {
                return false;
            }

            var current = stored with { Head = state.Head, Rev = state.Rev, Data = state.Tree.Root };
            return await TryImportAsync(current, state.Key, commit, blocks, cancellationToken);
        }
        finally
        {
            cache.Remove(state);
            state.Gate.Release();
        }
    }

    private async Task<bool> TryImportAsync(
        StoredRepo repo, PrivateKey key, SignedCommit commit, ImportedBlocks blocks, CancellationToken cancellationToken)
    {
        await using var import = await store.BeginAsync(repo.Id, NextRev(repo.Rev, commit.Rev), cancellationToken);
        if (commit.Data != repo.Data && !await import.ReadNodesAsync(repo, blocks, cancellationToken))
        {
            return false;
        }

        var diff = new TreeDiff(repo.Data, commit.Data, blocks.Find);
        try
        {
            await WriteRecordsAsync(import, diff, new RecordReader(blocks, options.MaxImportSize), cancellationToken);
        }
        catch (TreeException exception)
        {
            throw XrpcErrors.InvalidRequest(exception.Message);
        }

        await import.WriteNodesAsync(diff, blocks, cancellationToken);

        var head = new Commit(repo.Did, commit.Data, import.Rev).Sign(key);
        NewEvent[] events = repo.Status == AccountStatus.Active ? [NewEvent.Sync(head, time.GetUtcNow())] : [];
        if (await import.FinishAsync(repo, head, events, cancellationToken) is not { } seq)
        {
            return false;
        }

        if (events.Length > 0)
        {
            tail.Publish(Array.ConvertAll(events, item => item.Number(seq++, repo.Id)));
        }

        return true;
    }

    /// <summary>Reads and writes at the same time: the next batch is put together while the last is on its way.</summary>
    private static async Task WriteRecordsAsync(
        RunningImport import, TreeDiff diff, RecordReader records, CancellationToken cancellationToken)
    {
        var (filling, writing) = (new ImportBatch(), new ImportBatch());
        var written = Task.CompletedTask;
        try
        {
            while (diff.Read())
            {
                records.AddTo(filling, diff);
                if (filling.IsFull)
                {
                    await written;
                    (filling, writing) = (writing, filling);
                    filling.Clear();
                    var batch = writing;
                    written = Task.Run(() => import.WriteAsync(batch, cancellationToken), cancellationToken);
                }
            }
        }
        finally
        {
            // The connection is free again, whatever happened.
            await written;
        }

        await import.WriteAsync(filling, cancellationToken);
    }

    private Tid NextRev(Tid own, Tid imported)
    {
        var horizon = (time.GetUtcNow() + MaxSkew - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
        return clock.Next(imported > own && imported.Microseconds <= horizon ? imported : own);
    }
}
