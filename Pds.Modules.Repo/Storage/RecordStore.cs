using AtProto;
using Npgsql;
using Pds.Contracts.Repo;
using Pds.Postgres;

namespace Pds.Modules.Repo.Storage;

/// <summary>Reads records, each answer in one query. Only active repositories have any.</summary>
public sealed class RecordStore(SharedReads reads)
{
    /// <summary>One record; null when there is none that may be shown, with whether the repository is here at all.</summary>
    public Task<(bool HasRepo, StoredRecord? Record)> FindAsync(
        Did did, Nsid collection, RecordKey rkey, CancellationToken cancellationToken)
    {
        var command = new NpgsqlBatchCommand(
            """
            SELECT record.cid, record.value
            FROM repo.repo AS r LEFT JOIN repo.record
                ON record.repo_id = r.id AND record.collection = $2 AND record.rkey = $3
                    AND record.takedown IS NULL AND r.status = 0
            WHERE r.did = $1
            """);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = did.Value });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = collection.Value });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = rkey.Value });

        return reads.RunAsync<(bool, StoredRecord?)>(
            command,
            async (reader, cancellation) =>
            {
                if (!await reader.ReadAsync(cancellation))
                {
                    return (false, null);
                }

                return (true, reader.IsDBNull(0)
                    ? null
                    : new StoredRecord(rkey.Value, RepoStore.ReadCid(reader, 0), reader.GetFieldValue<byte[]>(1)));
            },
            cancellationToken);
    }

    /// <summary>A page of a collection in the order of record keys; null when no active repository is here.</summary>
    /// <param name="after">The last key of the page before.</param>
    public Task<List<StoredRecord>?> ListAsync(
        Did did, Nsid collection, RecordKey? after, bool ascending, int limit, CancellationToken cancellationToken)
    {
        var command = new NpgsqlBatchCommand(ascending ? ListAscending : ListDescending);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = did.Value });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = collection.Value });

        // Every record key sorts after nothing and before DEL.
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = after?.Value ?? (ascending ? "" : "\x7f") });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = limit });

        return reads.RunAsync(command, ReadPageAsync, cancellationToken);
    }

    /// <summary>The collections that have records, in order; null when there is no repository. One look-up for each.</summary>
    /// <param name="known">A revision whose collections the caller knows: they are null when it is still the present one.</param>
    public Task<(AccountStatus Status, Tid Rev, string[]? Collections)?> ListCollectionsAsync(
        Did did, Tid? known, CancellationToken cancellationToken)
    {
        var command = new NpgsqlBatchCommand(
            """
            SELECT r.status, r.rev, CASE WHEN r.rev <> $2 THEN ARRAY(
                WITH RECURSIVE next AS (
                    SELECT (SELECT min(collection) FROM repo.record WHERE repo_id = r.id) AS collection
                    UNION ALL
                    SELECT (SELECT min(collection) FROM repo.record WHERE repo_id = r.id AND collection > next.collection)
                    FROM next WHERE next.collection IS NOT NULL
                )
                SELECT collection FROM next WHERE collection IS NOT NULL) END
            FROM repo.repo AS r
            WHERE r.did = $1
            """);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = did.Value });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = known?.Value ?? -1 });

        return reads.RunAsync<(AccountStatus, Tid, string[]?)?>(
            command,
            static async (reader, cancellation) => await reader.ReadAsync(cancellation)
                ? ((AccountStatus)reader.GetInt16(0), new Tid(reader.GetInt64(1)), reader.IsDBNull(2) ? null : reader.GetFieldValue<string[]>(2))
                : null,
            cancellationToken);
    }

    /// <summary>
    /// What is newer than a revision, in one query that reads nothing further where nothing is. Posts are looked for among the
    /// greatest record keys, for these tell the time: no index on revisions is kept for the sake of this. Whether anything is as
    /// old is asked of a thousand records.
    /// </summary>
    /// <param name="limit">How many posts at most.</param>
    /// <returns>Newest first; null when nothing is newer, or nothing is as old as the revision.</returns>
    public Task<List<(Nsid Collection, RecentRecord Record)>?> FindRecentAsync(
        Did did, Tid since, int limit, CancellationToken cancellationToken)
    {
        var command = new NpgsqlBatchCommand(
            """
            SELECT record.collection, record.rkey, record.cid, record.rev, record.value
            FROM repo.repo AS r CROSS JOIN LATERAL (
                SELECT collection, rkey, cid, rev, value, takedown FROM repo.record
                WHERE repo_id = r.id AND collection = 'app.bsky.actor.profile' AND rkey = 'self'
                UNION ALL
                (SELECT collection, rkey, cid, rev, value, takedown FROM repo.record
                WHERE repo_id = r.id AND collection = 'app.bsky.feed.post'
                ORDER BY rkey DESC LIMIT $3)
            ) AS record
            WHERE r.did = $1 AND r.status = 0 AND r.rev > $2 AND record.rev > $2 AND record.takedown IS NULL
                AND EXISTS (
                    SELECT FROM (SELECT rev FROM repo.record WHERE repo_id = r.id LIMIT 1000) AS old WHERE old.rev <= $2)
            ORDER BY record.rev DESC, record.rkey DESC
            """);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = did.Value });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = since.Value });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = limit });

        return reads.RunAsync(command, ReadRecentAsync, cancellationToken);
    }

    /// <summary>The records whose link has this hash. Few: equal targets, and those that share 64 bits.</summary>
    public Task<List<(RecordKey Rkey, byte[] Value)>> FindByLinkAsync(
        long repoId, Nsid collection, long link, CancellationToken cancellationToken)
    {
        var command = new NpgsqlBatchCommand(
            "SELECT rkey, value FROM repo.record WHERE repo_id = $1 AND link = $2 AND collection = $3");
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = repoId });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = link });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = collection.Value });

        return reads.RunAsync(
            command,
            static async (reader, cancellation) =>
            {
                var found = new List<(RecordKey, byte[])>();
                while (await reader.ReadAsync(cancellation))
                {
                    found.Add((RecordKey.Parse(reader.GetString(0)), reader.GetFieldValue<byte[]>(1)));
                }

                return found;
            },
            cancellationToken);
    }

    private static async ValueTask<List<StoredRecord>?> ReadPageAsync(NpgsqlDataReader reader, CancellationToken cancellationToken)
    {
        if (!await reader.ReadAsync(cancellationToken))
        {
            return null;
        }

        var records = new List<StoredRecord>();
        do
        {
            if (!reader.IsDBNull(0))
            {
                records.Add(new StoredRecord(
                    reader.GetString(0), RepoStore.ReadCid(reader, 1), reader.GetFieldValue<byte[]>(2)));
            }
        }
        while (await reader.ReadAsync(cancellationToken));

        return records;
    }

    private static async ValueTask<List<(Nsid Collection, RecentRecord Record)>?> ReadRecentAsync(
        NpgsqlDataReader reader, CancellationToken cancellationToken)
    {
        List<(Nsid, RecentRecord)>? found = null;
        while (await reader.ReadAsync(cancellationToken))
        {
            (found ??= []).Add((
                Nsid.Parse(reader.GetString(0)),
                new RecentRecord(
                    RecordKey.Parse(reader.GetString(1)), RepoStore.ReadCid(reader, 2), new Tid(reader.GetInt64(3)),
                    reader.GetFieldValue<byte[]>(4))));
        }

        return found;
    }

    private const string ListDescending =
        """
        SELECT page.rkey, page.cid, page.value
        FROM repo.repo AS r LEFT JOIN LATERAL (
            SELECT rkey, cid, value FROM repo.record
            WHERE repo_id = r.id AND collection = $2 AND rkey < $3 AND takedown IS NULL
            ORDER BY rkey DESC LIMIT $4
        ) AS page ON true
        WHERE r.did = $1 AND r.status = 0
        ORDER BY page.rkey DESC
        """;

    private const string ListAscending =
        """
        SELECT page.rkey, page.cid, page.value
        FROM repo.repo AS r LEFT JOIN LATERAL (
            SELECT rkey, cid, value FROM repo.record
            WHERE repo_id = r.id AND collection = $2 AND rkey > $3 AND takedown IS NULL
            ORDER BY rkey LIMIT $4
        ) AS page ON true
        WHERE r.did = $1 AND r.status = 0
        ORDER BY page.rkey
        """;
}
