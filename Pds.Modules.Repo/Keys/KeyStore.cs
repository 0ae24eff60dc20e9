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
}
