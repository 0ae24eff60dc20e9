using AtProto;
using Npgsql;
using NpgsqlTypes;

namespace Pds.Modules.Repo.Keys;

/// <summary>The rows of sealed signing keys.</summary>
internal sealed class KeyStore(NpgsqlDataSource database, TimeProvider time)
{
    /// <summary>Stores a key; answered with it, or with the one that another request has stored for the same DID.</summary>
    public async Task<string> AddAsync(string didKey, byte[] sealedKey, Did? reservedFor, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            INSERT INTO repo.signing_key AS known (did_key, sealed, created_at, reserved_for) VALUES ($1, $2, $3, $4)
            ON CONFLICT (reserved_for) DO UPDATE SET created_at = known.created_at
            RETURNING did_key
            """);
        command.Parameters.AddWithValue(didKey);
        command.Parameters.AddWithValue(sealedKey);
        command.Parameters.AddWithValue(time.GetUtcNow());
        command.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = reservedFor?.Value, NpgsqlDbType = NpgsqlDbType.Text });

        return (string)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>The did:key that was reserved for a DID; null when there is none.</summary>
    public async Task<string?> FindReservedAsync(Did did, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("SELECT did_key FROM repo.signing_key WHERE reserved_for = $1");
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = did.Value });
        return (string?)await command.ExecuteScalarAsync(cancellationToken);
    }

    public async Task<StoredKey?> FindAsync(string didKey, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("SELECT id, sealed FROM repo.signing_key WHERE did_key = $1");
        command.Parameters.AddWithValue(didKey);

        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? new StoredKey(reader.GetInt64(0), didKey, reader.GetFieldValue<byte[]>(1))
            : null;
    }

    /// <summary>The key that signs for a repository; null where there is none.</summary>
    public async Task<StoredKey?> FindOfRepositoryAsync(Did did, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            SELECT k.id, k.did_key, k.sealed
            FROM repo.repo AS r JOIN repo.signing_key AS k ON k.id = r.signing_key_id
            WHERE r.did = $1
            """);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = did.Value });

        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? new StoredKey(reader.GetInt64(0), reader.GetString(1), reader.GetFieldValue<byte[]>(2))
            : null;
    }
}
