using AtProto;
using AtProto.Data;
using Pds.Modules.Repo.Storage;
using Pds.Xrpc;

namespace Pds.Modules.Repo.Commits;

/// <summary>
/// Applies writes to repositories. Commits of one repository are made one after another, each on top of the one before even
/// while that is still on its way to disk; an answer is given when its own commit has arrived there.
/// </summary>
internal sealed class RepoWriter(
    RepoCache cache, RepoStore repos, RecordStore records, BlobUseStore blobs, CommitBuilder builder, Committer committer)
{
    /// <summary>The most writes of one commit.</summary>
    public const int MaxWrites = 200;

    /// <summary>The most bytes of the JSON that brings records.</summary>
    public const int MaxBodyBytes = 1_000_000;

    // Each lost race means that another process has moved this repository on, or is importing it.
    private const int MaxAttempts = 64;
    private const int AttemptsAtOnce = 8;

    // Of the machine's time, whatever the calendar does: it is another process that is waited for.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    /// <summary>Refuses writes to an account that is not there, or not active.</summary>
    public static void RequireWritable(AccountStatus? status)
    {
        switch (status)
        {
            case AccountStatus.Active:
                return;
            case AccountStatus.Deactivated:
                throw XrpcErrors.AccountDeactivated();
            case AccountStatus.Takendown or AccountStatus.Suspended:
                throw XrpcErrors.AccountTakedown();
            default:
                throw XrpcErrors.AccountNotFound();
        }
    }

    /// <summary>Applies writes in one commit, all of them or none; returns once it is on disk. Null when there was nothing to change.</summary>
    /// <param name="swapCommit">The head that there must be.</param>
    /// <param name="replacesLinked">Whether records that a new one makes superfluous go in the same commit; see <see cref="RecordLink"/>.</param>
    public async Task<CommitResult?> ApplyAsync(
        Did did, IReadOnlyList<PreparedWrite> writes, Cid? swapCommit, bool replacesLinked, CancellationToken cancellationToken)
    {
        for (var attempt = 0; attempt < MaxAttempts; attempt++)
        {
            if (attempt >= AttemptsAtOnce)
            {
                await Task.Delay(Pause, TimeProvider.System, cancellationToken);
            }

            var repo = await cache.GetAsync(did, cancellationToken);
            var step = await TryStepAsync(repo, writes, swapCommit, replacesLinked, cancellationToken);
            if (step.Commit is { } commit)
            {
                if (await commit.Durable)
                {
                    return new CommitResult(commit.Commit.Cid, commit.Commit.Rev);
                }
            }
            else if (step.Basis is { } basis)
            {
                if (await WasHeadAsync(repo, basis, cancellationToken))
                {
                    return step.Refusal is null ? null : throw step.Refusal;
                }

                if (repo.Last != basis.Last)
                {
                    // The head has moved on by our own hand meanwhile.
                    continue;
                }
            }

            cache.Remove(repo);
        }

        throw XrpcErrors.InvalidSwap("The repository is being written elsewhere without a pause; try again when it rests");
    }

    private async Task<Step> TryStepAsync(
        RepoState repo, IReadOnlyList<PreparedWrite> writes, Cid? swapCommit, bool replacesLinked,
        CancellationToken cancellationToken)
    {
        await repo.Gate.WaitAsync(cancellationToken);
        try
        {
            if (repo.IsBroken)
            {
                return default;
            }

            var basis = new Basis(repo.Head, repo.Last, repo.Last is { Durable.IsCompleted: false });
            try
            {
                if (swapCommit is { } expected && expected != repo.Head)
                {
                    throw XrpcErrors.InvalidSwap($"Commit was at {repo.Head}");
                }

                var changes = await ResolveAsync(repo, writes, replacesLinked, cancellationToken);
                if (changes.Count == 0 && writes.Count > 0)
                {
                    return new Step(null, basis, null);
                }

                await RequireBlobsAsync(repo, changes, cancellationToken);
                var commit = builder.Build(repo, changes);

                // From here the commit is as good as made: its successors build on it, so it is queued whatever happens.
                await committer.EnqueueAsync(commit, CancellationToken.None);
                repo.Advance(commit);
                cache.Resize(repo);
                return new Step(commit, basis, null);
            }
            catch (XrpcException refusal)
            {
                return new Step(null, basis, refusal);
            }
            catch (StaleTreeException)
            {
                return default;
            }
        }
        finally
        {
            repo.Gate.Release();
        }
    }

    /// <summary>
    /// Whether a decision that made no commit was made on what was the head at that moment. That a head which was on its way to
    /// disk has arrived is not enough: another process may have seen it there, built on it and answered before this one
    /// was told. What proves it is a commit made here, on that head, after the decision; or that the head is still the same.
    /// </summary>
    private async Task<bool> WasHeadAsync(RepoState repo, Basis basis, CancellationToken cancellationToken)
    {
        if (basis.IsPending && !await basis.Last!.Durable)
        {
            return false;
        }

        return basis.Last?.Next is { } next ? await next.Durable
            : await repos.FindHeadAsync(repo.Id, cancellationToken) == basis.Head
                || (basis.Last?.Next is { } meanwhile && await meanwhile.Durable);
    }

    /// <summary>What the writes come to, given what is there.</summary>
    private async Task<List<RecordChange>> ResolveAsync(
        RepoState repo, IReadOnlyList<PreparedWrite> writes, bool replacesLinked, CancellationToken cancellationToken)
    {
        var changes = new List<RecordChange>(writes.Count);
        var paths = writes.Count > 1 ? new HashSet<string>(writes.Count, StringComparer.Ordinal) : null;
        for (var i = 0; i < writes.Count; i++)
        {
            var write = writes[i];
            if (paths?.Add(write.Path) == false)
            {
                // A consumer that inverts the operations could not make sense of two for one path.
                throw XrpcErrors.InvalidRequest($"More than one write to {write.Path}");
            }

            var current = await repo.FindAsync(write.Path, repos, cancellationToken);
            if (write.Swap is { } swap && swap.Expected != current)
            {
                throw XrpcErrors.InvalidSwap($"Record was at {current?.ToString() ?? "null"}");
            }

            if (!RequireChange(write, current))
            {
                continue;
            }

            if (replacesLinked && write is { Action: WriteAction.Create, Link: { } link })
            {
                await RemoveLinkedAsync(repo, write, link, changes, cancellationToken);
            }

            changes.Add(new RecordChange(
                write.Path, write.Collection, write.Rkey, current, write.Cid, write.Value, write.Link, write.Blobs));
        }

        return changes;
    }

    /// <summary>False when the write has nothing to do.</summary>
    private static bool RequireChange(PreparedWrite write, Cid? current) => write.Action switch
    {
        WriteAction.Create when current is not null =>
            throw XrpcErrors.InvalidRequest($"Record already exists: {write.Path}"),
        WriteAction.Update or WriteAction.Delete when current is null =>
            throw XrpcErrors.InvalidRequest($"Record does not exist: {write.Path}"),
        WriteAction.Put => current != write.Cid,
        WriteAction.DeleteIfPresent => current is not null,
        _ => true,
    };

    private async Task RemoveLinkedAsync(
        RepoState repo, PreparedWrite write, long link, List<RecordChange> changes, CancellationToken cancellationToken)
    {
        foreach (var (rkey, value) in await repo.FindLinkedAsync(write.Collection, link, records, cancellationToken))
        {
            var path = $"{write.Collection.Value}/{rkey.Value}";
            if (HasSameTarget(write, value) && await repo.FindAsync(path, repos, cancellationToken) is { } current
                && current == Cid.Compute(CidCodec.DagCbor, value))
            {
                changes.Add(new RecordChange(path, write.Collection, rkey, current, default, null, null, []));
            }
        }
    }

    private static bool HasSameTarget(PreparedWrite write, byte[] other) =>
        RecordLink.TryFind(write.Collection, write.Value, out var target)
        && RecordLink.TryFind(write.Collection, other, out var otherTarget)
        && target.SequenceEqual(otherTarget);

    /// <summary>Refuses records that name blobs which are not here, or call them what they are not. The transaction looks again.</summary>
    private async Task RequireBlobsAsync(RepoState repo, List<RecordChange> changes, CancellationToken cancellationToken)
    {
        List<BlobReference>? named = null;
        foreach (var change in changes)
        {
            if (change.Blobs.Count > 0)
            {
                (named ??= []).AddRange(change.Blobs);
            }
        }

        if (named is null)
        {
            return;
        }

        var found = await blobs.FindAsync(repo.Id, named, cancellationToken);
        foreach (var blob in named)
        {
            if (!found.TryGetValue(blob.Cid, out var stored))
            {
                throw XrpcErrors.BadRequest("BlobNotFound", $"Could not find blob: {blob.Cid}");
            }

            if (stored.MimeType != blob.MimeType)
            {
                throw XrpcErrors.BadRequest(
                    "InvalidMimeType", $"Referenced MimeType does not match stored blob. Expected: {stored.MimeType}, Got: {blob.MimeType}");
            }

            if (stored.Size != blob.Size)
            {
                throw XrpcErrors.BadRequest(
                    "InvalidSize", $"Referenced Size does not match stored blob. Expected: {stored.Size}, Got: {blob.Size}");
            }
        }
    }

    /// <summary>What came of one try: a commit; or a head on which there was nothing to do, or a refusal; or nothing, for the state was old.</summary>
    private readonly record struct Step(PendingCommit? Commit, Basis? Basis, XrpcException? Refusal);

    /// <param name="Last">The commit that made the head, where this process made it.</param>
    /// <param name="IsPending">Whether it was still on its way to disk.</param>
    private readonly record struct Basis(Cid Head, PendingCommit? Last, bool IsPending);
}
