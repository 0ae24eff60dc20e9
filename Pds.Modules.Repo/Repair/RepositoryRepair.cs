using AtProto;
using AtProto.Repo;
using Npgsql;
using Pds.Modules.Repo.Firehose;
using Pds.Modules.Repo.Keys;
using Pds.Modules.Repo.Storage;

namespace Pds.Modules.Repo.Repair;

/// <summary>What an operator does after an accident, also beside servers that run.</summary>
public sealed class RepositoryRepair
{
    private const int MaxAttempts = 8;

    private readonly RepoStore _repos;
    private readonly ImportStore _imports;
    private readonly EventPartitionStore _partitions;
    private readonly EventStore _events;
    private readonly EventTail _tail;
    private readonly SigningKeys _keys;
    private readonly TidClock _clock;
    private readonly NpgsqlDataSource _database;
    private readonly TimeProvider _time;

    internal RepositoryRepair(
        RepoStore repos, ImportStore imports, EventPartitionStore partitions, EventStore events, EventTail tail, SigningKeys keys,
        TidClock clock, NpgsqlDataSource database, TimeProvider time)
    {
        (_repos, _imports, _partitions, _events, _tail, _keys) = (repos, imports, partitions, events, tail, keys);
        (_clock, _database, _time) = (clock, database, time);
    }

    /// <summary>
    /// Makes a repository's tree anew of its records, under a new commit, which an active account announces as the state from
    /// which to go on. Gives the number of records; null when there is no such repository.
    /// </summary>
    /// <exception cref="InvalidDataException">A record is not what its CID says.</exception>
    public async Task<long?> RebuildAsync(Did did, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            if (await _repos.FindAsync(did, 0, cancellationToken) is not { } repo)
            {
                return null;
            }

            try
            {
                if (await TryRebuildAsync(repo, cancellationToken) is { } records)
                {
                    _tail.Announce();
                    return records;
                }
            }
            catch (PostgresException exception) when (EventPartitionStore.IsBeyondEnd(exception))
            {
                await _partitions.ReachAsync(cancellationToken);
            }

            if (attempt == MaxAttempts)
            {
                throw new InvalidOperationException($"The repository of {did} is being written without a pause.");
            }
        }
    }

    /// <summary>
    /// Puts a new commit on a repository's head, of the same tree, and announces status and state anew: for consumers whose last
    /// news of it may be later than what is here. False when there is no such repository.
    /// </summary>
    public async Task<bool> AnnounceAnewAsync(Did did, CancellationToken cancellationToken)
    {
        for (var attempt = 1; attempt <= MaxAttempts; attempt++)
        {
            if (await _repos.FindAsync(did, 0, cancellationToken) is not { } repo || repo.Status == AccountStatus.Deleted)
            {
                return false;
            }

            var now = _time.GetUtcNow();
            var head = new Commit(repo.Did, repo.Data, _clock.Next(repo.Rev)).Sign(_keys.Open(repo.Key));
            NewEvent[] events = repo.Status == AccountStatus.Active
                ? [NewEvent.Account(did, repo.Status, now), NewEvent.Sync(head, now)]
                : [NewEvent.Account(did, repo.Status, now)];
            if (await _repos.RenewHeadAsync(repo, head, repo.Key.Id, events, cancellationToken) is not null)
            {
                _tail.Announce();
                return true;
            }
        }

        throw new InvalidOperationException($"The repository of {did} is being written without a pause.");
    }

    /// <summary>
    /// Lets the stream go on after a number: that of the last event which consumers have seen, where a restored database knows
    /// of fewer. Gives the number after which it goes on now, which is never lower than it was.
    /// </summary>
    public async Task<long> ContinueStreamAsync(long lastSeq, CancellationToken cancellationToken)
    {
        await using (var command = _database.CreateCommand("UPDATE repo.sequencer SET floor = greatest(floor, $1)"))
        {
            command.Parameters.AddWithValue(lastSeq);
            await command.ExecuteNonQueryAsync(cancellationToken);
        }

        await _partitions.ReachAsync(cancellationToken);
        return await _events.GetNewestAsync(cancellationToken);
    }

    // Null when the head has moved meanwhile.
    private async Task<long?> TryRebuildAsync(StoredRepo repo, CancellationToken cancellationToken)
    {
        await using var rebuilt = await _imports.BeginAsync(repo.Id, _clock.Next(repo.Rev), cancellationToken);
        var nodes = new List<Block>();
        var tree = new TreeBuilder(nodes.Add);
        var records = 0L;
        await foreach (var (path, cid) in rebuilt.ReadRecordsAsync(cancellationToken))
        {
            tree.Add(path, cid);
            records++;
        }

        var root = tree.Build().Root;
        await rebuilt.ReplaceNodesAsync(records == 0 ? [new Block(EmptyTree.Cid, EmptyTree.Bytes)] : nodes, cancellationToken);
        var head = new Commit(repo.Did, root, rebuilt.Rev).Sign(_keys.Open(repo.Key));
        NewEvent[] events = repo.Status == AccountStatus.Active ? [NewEvent.Sync(head, _time.GetUtcNow())] : [];
        return await rebuilt.FinishAsync(repo, head, events, cancellationToken) is null ? null : records;
    }
}
