using AtProto;
using Npgsql;

namespace Pds.Modules.Repo.Keys;

/// <summary>The rows of sealed signing keys.</summary>
internal sealed class KeyStore(NpgsqlDataSource database, TimeProvider time)
{
    public async Task AddAsync(string didKey, byte[] sealedKey, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            "INSERT INTO repo.signing_key (did_key, sealed, created_at) VALUES ($1, $2, $3)");
        command.Parameters.AddWithValue(didKey);
        command.Parameters.AddWithValue(sealedKey);
        command.Parameters.AddWithValue(time.GetUtcNow());

        await command.ExecuteNonQueryAsync(cancellationToken);
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
