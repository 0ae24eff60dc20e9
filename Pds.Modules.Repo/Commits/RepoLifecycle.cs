using AtProto;
using AtProto.Repo;
using Pds.Modules.Repo.Firehose;
using Pds.Modules.Repo.Keys;
using Pds.Modules.Repo.Storage;
using Pds.Xrpc;

namespace Pds.Modules.Repo.Commits;

/// <summary>How repositories come, change status and go, each with what the stream has to say of it.</summary>
public sealed class RepoLifecycle
{
    private readonly RepoStore _repos;
    private readonly SigningKeys _keys;
    private readonly RepositoryKeys _keysInUse;
    private readonly EventTail _tail;
    private readonly TidClock _clock;
    private readonly TimeProvider _time;

    internal RepoLifecycle(
        RepoStore repos, SigningKeys keys, RepositoryKeys keysInUse, EventTail tail, TidClock clock, TimeProvider time) =>
        (_repos, _keys, _keysInUse, _tail, _clock, _time) = (repos, keys, keysInUse, tail, clock, time);

    /// <summary>Makes an empty repository. An active one is announced with four events, which follow one another.</summary>
    /// <param name="signingKey">The did:key of a reserved key.</param>
    public async Task CreateAsync(
        Did did, string signingKey, Handle handle, AccountStatus status, CancellationToken cancellationToken)
    {
        if (await _keys.FindAsync(signingKey, cancellationToken) is not var (keyId, key))
        {
            throw new InvalidOperationException("A repository needs a signing key that was reserved here.");
        }

        var now = _time.GetUtcNow();
        var root = new Block(EmptyTree.Cid, EmptyTree.Bytes);
        var commit = new Commit(did, root.Cid, _clock.Next()).Sign(key);
        var repo = new NewRepo(did, keyId, status, now, commit, root.Bytes);
        NewEvent[] events = status == AccountStatus.Active
            ? [
                NewEvent.Identity(did, handle, now), NewEvent.Account(did, status, now),
                NewEvent.Commit(commit, null, null, [], [root], now), NewEvent.Sync(commit, now),
            ]
            : [];

        // What an account of that name has left is swept first, so that a deleted account can come back.
        await _repos.SweepAsync(did, cancellationToken);
        if (await _repos.AddAsync(repo, events, cancellationToken) is not { } place)
        {
            throw XrpcErrors.InvalidRequest("Repository already exists");
        }

        _keysInUse.Forget(did);
        Publish(place, events);
    }

    /// <summary>Removes a repository and what the stream has said of it, and announces that. Nothing where there is none.</summary>
    public async Task DeleteAsync(Did did, CancellationToken cancellationToken)
    {
        NewEvent[] events = [NewEvent.Account(did, AccountStatus.Deleted, _time.GetUtcNow())];
        if (await _repos.MarkDeletedAsync(did, events[0], cancellationToken) is { } place)
        {
            Publish(place, events);
        }

        await _repos.SweepAsync(did, cancellationToken);
        _keysInUse.Forget(did);
    }

    /// <summary>Sets the status that reads and writes obey, and announces it.</summary>
    public Task SetStatusAsync(Did did, AccountStatus status, CancellationToken cancellationToken)
    {
        NewEvent[] events = [NewEvent.Account(did, status, _time.GetUtcNow())];
        return AppendAsync(did, events, _repos.SetStatusAsync(did, status, events, cancellationToken));
    }

    /// <summary>Announces that the identity may have changed.</summary>
    public Task AnnounceIdentityAsync(Did did, Handle? handle, CancellationToken cancellationToken)
    {
        NewEvent[] events = [NewEvent.Identity(did, handle, _time.GetUtcNow())];
        return AppendAsync(did, events, _repos.AppendEventsAsync(did, events, cancellationToken));
    }

    /// <summary>Announces the current commit as it stands, for whoever has lost count: no later one is before it in the stream.</summary>
    public async Task AnnounceHeadAsync(Did did, CancellationToken cancellationToken)
    {
        NewEvent[] events;
        (long RepoId, long FirstSeq)? place;
        do
        {
            if (await _repos.FindCommitAsync(did, cancellationToken) is not { } bytes || !SignedCommit.TryDecode(bytes, out var commit))
            {
                throw XrpcErrors.RepoNotFound(did);
            }

            events = [NewEvent.Sync(commit, _time.GetUtcNow())];
            place = await _repos.AppendEventsAsync(did, commit.Cid, events, cancellationToken);
        }
        while (place is null);

        Publish(place.Value, events);
    }

    /// <summary>The did:key that signs a repository's commits; null when there is none.</summary>
    public async Task<string?> FindSigningKeyAsync(Did did, CancellationToken cancellationToken) =>
        (await _repos.FindAsync(did, maxNodes: 0, cancellationToken))?.Key.DidKey;

    private async Task AppendAsync(Did did, NewEvent[] events, Task<(long RepoId, long FirstSeq)?> appending) =>
        Publish(await appending ?? throw XrpcErrors.RepoNotFound(did), events);

    private void Publish((long RepoId, long FirstSeq) place, NewEvent[] events)
    {
        if (events.Length > 0)
        {
            var (repoId, seq) = place;
            _tail.Publish(Array.ConvertAll(events, item => item.Number(seq++, repoId)));
        }
    }
}
