using System.Runtime.CompilerServices;
using AtProto;
using AtProto.Repo;
using Npgsql;
using Pds.Modules.Repo.Firehose;
using Pds.Modules.Repo.Storage;

namespace Pds.Modules.Repo.Keys;

/// <summary>Gives accounts other signing keys, and seals those that are stored anew. For the command line.</summary>
public sealed class KeyRotation
{
    private const int PageSize = 1000;
    private const int MaxAttempts = 8;

    private readonly NpgsqlDataSource _database;
    private readonly RepoStore _repos;
    private readonly SigningKeys _keys;
    private readonly KeySealer _sealer;
    private readonly EventTail _tail;
    private readonly TidClock _clock;
    private readonly TimeProvider _time;

    internal KeyRotation(
        NpgsqlDataSource database, RepoStore repos, SigningKeys keys, KeySealer sealer, EventTail tail, TidClock clock, TimeProvider time)
    {
        (_database, _repos, _keys, _sealer) = (database, repos, keys, sealer);
        (_tail, _clock, _time) = (tail, clock, time);
    }

    /// <summary>Accounts whose key was made before a time, in the order of their creation.</summary>
    public async IAsyncEnumerable<Did> ListAsync(DateTimeOffset before, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var last = 0L;
        while (true)
        {
            var page = new List<Did>();
            await using (var command = _database.CreateCommand(
                $"""
                SELECT r.id, r.did FROM repo.repo AS r JOIN repo.signing_key AS k ON k.id = r.signing_key_id
                WHERE r.id > $1 AND k.created_at < $2 AND r.status <> {(int)AccountStatus.Deleted} ORDER BY r.id LIMIT {PageSize}
                """))
            {
                command.Parameters.AddWithValue(last);
                command.Parameters.AddWithValue(before);
                await using var reader = await command.ExecuteReaderAsync(cancellationToken);
                while (await reader.ReadAsync(cancellationToken))
                {
                    last = reader.GetInt64(0);
                    page.Add(Did.Parse(reader.GetString(1)));
                }
            }

            foreach (var did in page)
            {
                yield return did;
            }

            if (page.Count < PageSize)
            {
                yield break;
            }
        }
    }

    /// <summary>The did:key that signs for an account; null when there is no repository.</summary>
    public async Task<string?> FindAsync(Did did, CancellationToken cancellationToken) =>
        (await _repos.FindAsync(did, 0, cancellationToken))?.Key.DidKey;

    /// <summary>Whether a key is stored here.</summary>
    public async Task<bool> IsStoredAsync(string didKey, CancellationToken cancellationToken) =>
        await _keys.FindAsync(didKey, cancellationToken) is not null;

    /// <summary>Makes the key that an account is to sign with next, or gives the one that an earlier run has made for it.</summary>
    public async Task<string> PrepareAsync(Did did, CancellationToken cancellationToken)
    {
        // The key in use may still be the one that was once kept for the account.
        await using (var command = _database.CreateCommand(
            """
            UPDATE repo.signing_key SET reserved_for = NULL
            WHERE reserved_for = $1 AND id = (SELECT signing_key_id FROM repo.repo WHERE did = $1)
            """))
        {
            command.Parameters.AddWithValue(did.Value);
            await command.ExecuteNonQueryAsync(cancellationToken);
        }

        return await _keys.ReserveAsync(did, cancellationToken);
    }

    /// <summary>
    /// Lets an account sign with a stored key: its head gets a new commit of the same tree, which an active account announces after
    /// its identity. The key before is deleted.
    /// </summary>
    public async Task UseAsync(Did did, string didKey, Handle? handle, CancellationToken cancellationToken)
    {
        if (await _keys.FindAsync(didKey, cancellationToken) is not var (keyId, key))
        {
            throw new InvalidOperationException($"The key {didKey} is not stored here.");
        }

        for (var attempt = 1; attempt <= MaxAttempts; attempt++)
        {
            var repo = await _repos.FindAsync(did, 0, cancellationToken) ?? throw new InvalidOperationException($"{did} has no repository here.");
            var now = _time.GetUtcNow();
            var head = new Commit(did, repo.Data, _clock.Next(repo.Rev)).Sign(key);
            NewEvent[] events = repo.Status == AccountStatus.Active ? [NewEvent.Identity(did, handle, now), NewEvent.Sync(head, now)] : [];
            if (repo.Key.Id == keyId || await _repos.RenewHeadAsync(repo, head, keyId, events, cancellationToken) is not null)
            {
                _tail.Announce();
                await ForgetAsync(did, keyId, repo.Key.Id, cancellationToken);
                return;
            }
        }

        throw new InvalidOperationException($"The repository of {did} is being written without a pause.");
    }

    /// <summary>Seals all stored keys for another PLC rotation key, all or none. Servers that run do not open them any more.</summary>
    /// <param name="rotationKey">Hex of its 32 bytes.</param>
    /// <returns>How many.</returns>
    public async Task<long> SealForAsync(string rotationKey, CancellationToken cancellationToken)
    {
        var next = new KeySealer(new RepoOptions { PlcRotationKey = rotationKey });
        await using var connection = await _database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await using (var hold = new NpgsqlCommand("LOCK TABLE repo.signing_key IN EXCLUSIVE MODE", connection))
        {
            await hold.ExecuteNonQueryAsync(cancellationToken);
        }

        var (count, last) = (0L, 0L);
        while (await ReadPageAsync(connection, last, cancellationToken) is { Count: > 0 } page)
        {
            await using var write = new NpgsqlCommand(
                "UPDATE repo.signing_key AS k SET sealed = new.sealed FROM unnest($1, $2) AS new (id, sealed) WHERE k.id = new.id", connection);
            write.Parameters.AddWithValue(page.Select(row => row.Id).ToArray());
            write.Parameters.AddWithValue(page.Select(row => _sealer.SealFor(next, row.Sealed, row.DidKey)).ToArray());
            count += await write.ExecuteNonQueryAsync(cancellationToken);
            last = page[^1].Id;
        }

        await transaction.CommitAsync(cancellationToken);
        return count;
    }

    private static async Task<List<StoredKey>> ReadPageAsync(NpgsqlConnection connection, long after, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            $"SELECT id, did_key, sealed FROM repo.signing_key WHERE id > $1 ORDER BY id LIMIT {PageSize}", connection);
        command.Parameters.AddWithValue(after);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var page = new List<StoredKey>();
        while (await reader.ReadAsync(cancellationToken))
        {
            page.Add(new StoredKey(reader.GetInt64(0), reader.GetString(1), reader.GetFieldValue<byte[]>(2)));
        }

        return page;
    }

    // Of a key that is in use nothing has to be remembered; one that is not is better gone.
    private async Task ForgetAsync(Did did, long used, long before, CancellationToken cancellationToken)
    {
        await using var batch = _database.CreateBatch();
        var free = new NpgsqlBatchCommand("UPDATE repo.signing_key SET reserved_for = NULL WHERE id = $1 AND reserved_for = $2");
        free.Parameters.AddWithValue(used);
        free.Parameters.AddWithValue(did.Value);
        var drop = new NpgsqlBatchCommand(
            "DELETE FROM repo.signing_key AS k WHERE id = $1 AND id <> $2 AND NOT EXISTS (SELECT FROM repo.repo WHERE signing_key_id = k.id)");
        drop.Parameters.AddWithValue(before);
        drop.Parameters.AddWithValue(used);
        batch.BatchCommands.Add(free);
        batch.BatchCommands.Add(drop);
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }
}
