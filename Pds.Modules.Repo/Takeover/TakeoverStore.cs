using AtProto.Repo;
using Npgsql;
using NpgsqlTypes;
using Pds.Contracts.Repo;
using Pds.Modules.Repo.Firehose;
using Pds.Modules.Repo.Storage;

namespace Pds.Modules.Repo.Takeover;

/// <summary>Writes repositories that come as they are.</summary>
internal sealed class TakeoverStore(NpgsqlDataSource database, EventPartitionStore partitions, TimeProvider time)
{
    private const int MaxCopyBytes = 1 << 20;

    // Enough for a server to write at once when it starts, before it has made partitions of its own.
    private const long AheadOfFloor = 100_000;

    /// <summary>Adds all of a repository or, where there is one of that DID, nothing.</summary>
    public async Task AddAsync(
        TakenOverRepository repository, SignedCommit head, string didKey, byte[] sealedKey, TakeoverContents contents,
        CancellationToken cancellationToken)
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await AddKeyAsync(new NpgsqlCommand { Connection = connection }, didKey, sealedKey, cancellationToken);
        if (await AddRepoAsync(connection, repository, head, didKey, cancellationToken) is not { } repoId)
        {
            return;
        }

        await CopyAsync(connection, repoId, contents, cancellationToken);
        await AddBlobsAsync(connection, repoId, contents.Blobs, cancellationToken);
        await TakeDownRecordsAsync(connection, repoId, repository.RecordTakedowns, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    public async Task AddKeyAsync(string didKey, byte[] sealedKey, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand();
        await AddKeyAsync(command, didKey, sealedKey, cancellationToken);
    }

    /// <summary>No event gets a number up to this one.</summary>
    public async Task RaiseFloorAsync(long lastSeq, CancellationToken cancellationToken)
    {
        await partitions.CoverAsync(lastSeq + AheadOfFloor, cancellationToken);
        await using var command = database.CreateCommand("UPDATE repo.sequencer SET floor = greatest(floor, $1)");
        command.Parameters.AddWithValue(lastSeq);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Adds events under the numbers that they have; those of accounts that are not here, and those that are here, are left out.</summary>
    public async Task<int> AddEventsAsync(
        IReadOnlyList<(TakenOverEvent Source, NewEvent? Event)> events, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            INSERT INTO repo.event (seq, repo_id, time, kind, seq_at, body)
            SELECT seq, repo.id, time, kind, seq_at, body
            FROM unnest($1, $2, $3, $4, $5, $6) AS new (seq, did, time, kind, seq_at, body) JOIN repo.repo USING (did)
            ON CONFLICT (seq) DO NOTHING
            """);
        command.Parameters.AddWithValue(events.Select(item => item.Source.Seq).ToArray());
        command.Parameters.AddWithValue(events.Select(item => item.Source.Did.Value).ToArray());
        command.Parameters.AddWithValue(NpgsqlDbType.Array | NpgsqlDbType.TimestampTz, events.Select(item => item.Source.Time).ToArray());
        command.Parameters.AddWithValue(events.Select(item => (short)item.Event!.Kind).ToArray());
        command.Parameters.AddWithValue(events.Select(item => item.Event!.Frame.SeqOffset).ToArray());
        command.Parameters.AddWithValue(events.Select(item => item.Event!.Frame.Bytes).ToArray());
        return await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private async Task AddKeyAsync(NpgsqlCommand command, string didKey, byte[] sealedKey, CancellationToken cancellationToken)
    {
        command.CommandText =
            "INSERT INTO repo.signing_key (did_key, sealed, created_at) VALUES ($1, $2, $3) ON CONFLICT (did_key) DO NOTHING";
        command.Parameters.AddWithValue(didKey);
        command.Parameters.AddWithValue(sealedKey);
        command.Parameters.AddWithValue(time.GetUtcNow());
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static async Task<long?> AddRepoAsync(
        NpgsqlConnection connection, TakenOverRepository repository, SignedCommit head, string didKey, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(
            """
            INSERT INTO repo.repo (did, signing_key_id, status, created_at, rev, cid, data, commit)
            SELECT $1, id, $3, $4, $5, $6, $7, $8 FROM repo.signing_key WHERE did_key = $2
            ON CONFLICT (did) DO NOTHING
            RETURNING id
            """,
            connection);
        command.Parameters.AddWithValue(repository.Did.Value);
        command.Parameters.AddWithValue(didKey);
        command.Parameters.AddWithValue((short)repository.Status);
        command.Parameters.AddWithValue(repository.CreatedAt);
        command.Parameters.AddWithValue(head.Rev.Value);
        command.Parameters.AddWithValue(head.Cid.ToBytes());
        command.Parameters.AddWithValue(head.Data.ToBytes());
        command.Parameters.AddWithValue(head.Bytes);
        return (long?)await command.ExecuteScalarAsync(cancellationToken);
    }

    private static async Task CopyAsync(
        NpgsqlConnection connection, long repoId, TakeoverContents contents, CancellationToken cancellationToken)
    {
        var rows = new CopyBuffer();
        const string intoNodes = "COPY repo.settled_node (repo_id, cid, rev, bytes) FROM STDIN (FORMAT BINARY)";
        foreach (var cid in contents.Nodes)
        {
            rows.StartRow(4);
            rows.Add(repoId);
            rows.Add(cid);
            rows.Add(contents.RevOf(cid).Value);
            rows.Add(contents.BytesOf(cid));
            await SendIfFullAsync(connection, rows, intoNodes, cancellationToken);
        }

        await rows.SendAsync(connection, intoNodes, cancellationToken);

        const string intoRecords = "COPY repo.record (repo_id, collection, rkey, rev, link, cid, value) FROM STDIN (FORMAT BINARY)";
        foreach (var (collection, rkey, link, cid) in contents.Records.Rows)
        {
            rows.StartRow(7);
            rows.Add(repoId);
            rows.Add(collection);
            rows.Add(rkey);
            rows.Add(contents.RevOf(cid).Value);
            AddOptional(rows, link);
            rows.Add(cid);
            rows.Add(contents.BytesOf(cid));
            await SendIfFullAsync(connection, rows, intoRecords, cancellationToken);
        }

        await rows.SendAsync(connection, intoRecords, cancellationToken);

        const string intoUses = "COPY repo.record_blob (repo_id, cid, collection, rkey, rev) FROM STDIN (FORMAT BINARY)";
        foreach (var (blob, collection, rkey, record) in contents.Records.BlobUses)
        {
            rows.StartRow(5);
            rows.Add(repoId);
            rows.Add(blob);
            rows.Add(collection);
            rows.Add(rkey);
            rows.Add(contents.RevOf(record).Value);
            await SendIfFullAsync(connection, rows, intoUses, cancellationToken);
        }

        await rows.SendAsync(connection, intoUses, cancellationToken);
    }

    private static async Task AddBlobsAsync(
        NpgsqlConnection connection, long repoId, IReadOnlyList<KeptBlob> blobs, CancellationToken cancellationToken)
    {
        // Whether a blob is temporary is seen from the records, which have been checked.
        await using var command = new NpgsqlCommand(
            """
            INSERT INTO repo.blob (repo_id, cid, mime_type, size, storage_key, temporary, takedown, created_at)
            SELECT $1, cid, mime_type, size, storage_key,
                NOT EXISTS (SELECT FROM repo.record_blob AS use WHERE use.repo_id = $1 AND use.cid = new.cid), takedown, created_at
            FROM unnest($2, $3, $4, $5, $6, $7) AS new (cid, mime_type, size, storage_key, takedown, created_at)
            """,
            connection);
        command.Parameters.AddWithValue(repoId);
        command.Parameters.AddWithValue(blobs.Select(blob => blob.Stored.Cid.ToBytes()).ToArray());
        command.Parameters.AddWithValue(blobs.Select(blob => blob.Stored.MimeType).ToArray());
        command.Parameters.AddWithValue(blobs.Select(blob => blob.Stored.Size).ToArray());
        command.Parameters.AddWithValue(blobs.Select(blob => blob.Stored.StorageKey).ToArray());
        command.Parameters.AddWithValue(
            NpgsqlDbType.Array | NpgsqlDbType.Text, blobs.Select(blob => blob.Source.TakedownReference).ToArray());
        command.Parameters.AddWithValue(
            NpgsqlDbType.Array | NpgsqlDbType.TimestampTz, blobs.Select(blob => blob.Source.CreatedAt).ToArray());
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static async Task TakeDownRecordsAsync(
        NpgsqlConnection connection, long repoId, IReadOnlyList<(string Collection, string Rkey, string Reference)> takedowns,
        CancellationToken cancellationToken)
    {
        if (takedowns.Count == 0)
        {
            return;
        }

        await using var command = new NpgsqlCommand(
            """
            UPDATE repo.record AS r SET takedown = reference
            FROM unnest($2, $3, $4) AS taken (collection, rkey, reference)
            WHERE r.repo_id = $1 AND r.collection = taken.collection AND r.rkey = taken.rkey
            """,
            connection);
        command.Parameters.AddWithValue(repoId);
        command.Parameters.AddWithValue(takedowns.Select(item => item.Collection).ToArray());
        command.Parameters.AddWithValue(takedowns.Select(item => item.Rkey).ToArray());
        command.Parameters.AddWithValue(takedowns.Select(item => item.Reference).ToArray());
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static async Task SendIfFullAsync(
        NpgsqlConnection connection, CopyBuffer rows, string copy, CancellationToken cancellationToken)
    {
        if (rows.Length >= MaxCopyBytes)
        {
            await rows.SendAsync(connection, copy, cancellationToken);
        }
    }

    private static void AddOptional(CopyBuffer rows, long? value)
    {
        if (value is { } number)
        {
            rows.Add(number);
        }
        else
        {
            rows.AddNull();
        }
    }
}
