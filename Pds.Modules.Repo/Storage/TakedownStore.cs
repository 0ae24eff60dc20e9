using AtProto;
using Npgsql;
using Pds.Contracts.Repo;

namespace Pds.Modules.Repo.Storage;

/// <summary>Which records and blobs the moderators have taken down.</summary>
public sealed class TakedownStore(NpgsqlDataSource database)
{
    public async Task SetRecordAsync(
        Did did, Nsid collection, RecordKey rkey, string? reference, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            UPDATE repo.record SET takedown = $4
            WHERE repo_id = (SELECT id FROM repo.repo WHERE did = $1) AND collection = $2 AND rkey = $3
            """);
        AddPath(command, did, collection, rkey);
        command.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = reference });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    public async Task<TakedownState?> FindRecordAsync(
        Did did, Nsid collection, RecordKey rkey, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            SELECT cid, takedown FROM repo.record
            WHERE repo_id = (SELECT id FROM repo.repo WHERE did = $1) AND collection = $2 AND rkey = $3
            """);
        AddPath(command, did, collection, rkey);
        return await ReadAsync(command, cancellationToken);
    }

    /// <summary>The sequencer's row is locked first, as by everyone whose commit may ask for the blob.</summary>
    public async Task SetBlobAsync(Did did, Cid blob, string? reference, CancellationToken cancellationToken)
    {
        await using var batch = database.CreateBatch();
        batch.BatchCommands.Add(new NpgsqlBatchCommand(Firehose.EventStore.LockSequencer));
        var set = new NpgsqlBatchCommand(
            "UPDATE repo.blob SET takedown = $3 WHERE repo_id = (SELECT id FROM repo.repo WHERE did = $1) AND cid = $2");
        set.Parameters.Add(new NpgsqlParameter<string> { TypedValue = did.Value });
        set.Parameters.Add(new NpgsqlParameter<byte[]> { TypedValue = blob.ToBytes() });
        set.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = reference });
        batch.BatchCommands.Add(set);
        await batch.ExecuteNonQueryAsync(cancellationToken);
    }

    public async Task<TakedownState?> FindBlobAsync(Did did, Cid blob, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            "SELECT cid, takedown FROM repo.blob WHERE repo_id = (SELECT id FROM repo.repo WHERE did = $1) AND cid = $2");
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = did.Value });
        command.Parameters.Add(new NpgsqlParameter<byte[]> { TypedValue = blob.ToBytes() });
        return await ReadAsync(command, cancellationToken);
    }

    private static void AddPath(NpgsqlCommand command, Did did, Nsid collection, RecordKey rkey)
    {
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = did.Value });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = collection.Value });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = rkey.Value });
    }

    private static async Task<TakedownState?> ReadAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? new TakedownState(RepoStore.ReadCid(reader, 0), reader.IsDBNull(1) ? null : reader.GetString(1))
            : null;
    }
}
