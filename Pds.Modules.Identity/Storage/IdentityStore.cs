using System.Text;
using AtProto;
using AtProto.Plc;
using Npgsql;
using NpgsqlTypes;
using Pds.Contracts.Identity;
using Pds.Postgres;

namespace Pds.Modules.Identity.Storage;

/// <summary>The accounts' DIDs and handles.</summary>
public sealed class IdentityStore(NpgsqlDataSource database, SharedReads reads, TimeProvider time)
{
    // A sign-up takes seconds. One that never published its DID gives its handle up to the next who asks.
    private static readonly TimeSpan AbandonedAfter = TimeSpan.FromMinutes(10);

    /// <summary>Adds a row; false when the handle or the DID belongs to another.</summary>
    /// <param name="genesis">The operation still to be published, for a DID made here.</param>
    public async Task<bool> TryAddAsync(
        Did did, Handle handle, AccountStatus status, PlcOperation? genesis, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        await using var command = database.CreateCommand(
            """
            INSERT INTO identity.account (did, handle, status, genesis, genesis_cid, created_at)
            VALUES ($1, $2, $3, $4, $5, $6)
            ON CONFLICT (handle) DO UPDATE
                SET did = excluded.did, status = excluded.status, genesis = excluded.genesis,
                    genesis_cid = excluded.genesis_cid, created_at = excluded.created_at
                WHERE account.genesis IS NOT NULL AND account.created_at < $7
            """);
        command.Parameters.AddWithValue(did.Value);
        command.Parameters.AddWithValue(handle.Value);
        command.Parameters.AddWithValue((short)status);
        command.Parameters.Add(new NpgsqlParameter
        {
            Value = genesis is null ? DBNull.Value : Encoding.UTF8.GetString(genesis.ToJson()),
            NpgsqlDbType = NpgsqlDbType.Jsonb,
        });
        command.Parameters.Add(new NpgsqlParameter
        {
            Value = genesis is null ? DBNull.Value : genesis.Cid.ToString(),
            NpgsqlDbType = NpgsqlDbType.Text,
        });
        command.Parameters.AddWithValue(now);
        command.Parameters.AddWithValue(now - AbandonedAfter);

        try
        {
            return await command.ExecuteNonQueryAsync(cancellationToken) == 1;
        }
        catch (PostgresException failure) when (failure.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            return false;
        }
    }

    public Task<LocalIdentity?> FindAsync(Did did, CancellationToken cancellationToken) =>
        FindAsync("SELECT did, handle, status FROM identity.account WHERE did = $1", did.Value, cancellationToken);

    public Task<LocalIdentity?> FindAsync(Handle handle, CancellationToken cancellationToken) =>
        FindAsync("SELECT did, handle, status FROM identity.account WHERE handle = $1", handle.Value, cancellationToken);

    /// <summary>Whose handle this is for the world to see: an active account's, its DID published.</summary>
    public Task<Did?> FindResolvableAsync(Handle handle, CancellationToken cancellationToken)
    {
        var command = new NpgsqlBatchCommand(
            "SELECT did FROM identity.account WHERE handle = $1 AND status = 0 AND genesis IS NULL");
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = handle.Value });
        return reads.RunAsync<Did?>(
            command,
            static async (reader, cancellation) => await reader.ReadAsync(cancellation) ? Did.Parse(reader.GetString(0)) : null,
            cancellationToken);
    }

    /// <summary>The operation of a DID made here that is still to be published; null when there is none.</summary>
    public async Task<PlcOperation?> FindGenesisAsync(Did did, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("SELECT genesis::text FROM identity.account WHERE did = $1");
        command.Parameters.AddWithValue(did.Value);
        return await command.ExecuteScalarAsync(cancellationToken) is string json
            && PlcOperation.TryParse(Encoding.UTF8.GetBytes(json), out var operation)
            ? operation
            : null;
    }

    /// <summary>Notes that the DID is in the directory.</summary>
    public async Task SetPublishedAsync(Did did, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("UPDATE identity.account SET genesis = NULL WHERE did = $1");
        command.Parameters.AddWithValue(did.Value);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Gives an account another handle, or its own again; false when another account has it.</summary>
    public async Task<bool> TrySetHandleAsync(Did did, Handle handle, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("UPDATE identity.account SET handle = $2 WHERE did = $1");
        command.Parameters.AddWithValue(did.Value);
        command.Parameters.AddWithValue(handle.Value);
        try
        {
            return await command.ExecuteNonQueryAsync(cancellationToken) == 1;
        }
        catch (PostgresException failure) when (failure.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            return false;
        }
    }

    public async Task SetStatusAsync(Did did, AccountStatus status, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("UPDATE identity.account SET status = $2 WHERE did = $1");
        command.Parameters.AddWithValue(did.Value);
        command.Parameters.AddWithValue((short)status);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>The CID of the genesis operation of a DID made here; null for a DID brought along.</summary>
    public async Task<Cid?> FindGenesisCidAsync(Did did, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("SELECT genesis_cid FROM identity.account WHERE did = $1");
        command.Parameters.AddWithValue(did.Value);
        return await command.ExecuteScalarAsync(cancellationToken) is string cid ? Cid.Parse(cid) : null;
    }

    /// <summary>Frees DID and handle.</summary>
    public async Task RemoveAsync(Did did, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            "WITH keys AS (DELETE FROM identity.rotation_key WHERE did = $1) DELETE FROM identity.account WHERE did = $1");
        command.Parameters.AddWithValue(did.Value);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Whose handles contain a text; those whose handles begin with it first.</summary>
    public async Task<List<Did>> SearchAsync(string words, int limit, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            SELECT did FROM identity.account WHERE position($1 in handle) > 0
            ORDER BY position($1 in handle) > 1, handle LIMIT $2
            """);
        command.Parameters.AddWithValue(words);
        command.Parameters.AddWithValue(limit);
        var found = new List<Did>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            found.Add(Did.Parse(reader.GetString(0)));
        }

        return found;
    }

    /// <summary>Those of these accounts that are here, in no order.</summary>
    public async Task<List<LocalIdentity>> ListAsync(IReadOnlyList<Did> dids, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("SELECT did, handle, status FROM identity.account WHERE did = ANY ($1)");
        command.Parameters.AddWithValue(Array.ConvertAll([.. dids], did => did.Value));
        var found = new List<LocalIdentity>(dids.Count);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            found.Add(new LocalIdentity(
                Did.Parse(reader.GetString(0)), Handle.Parse(reader.GetString(1)), (AccountStatus)reader.GetInt16(2)));
        }

        return found;
    }

    private Task<LocalIdentity?> FindAsync(string statement, string name, CancellationToken cancellationToken)
    {
        var command = new NpgsqlBatchCommand(statement);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = name });
        return reads.RunAsync(
            command,
            static async (reader, cancellation) => await reader.ReadAsync(cancellation)
                ? new LocalIdentity(
                    Did.Parse(reader.GetString(0)), Handle.Parse(reader.GetString(1)), (AccountStatus)reader.GetInt16(2))
                : null,
            cancellationToken);
    }
}
