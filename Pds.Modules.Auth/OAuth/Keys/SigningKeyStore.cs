using Npgsql;

namespace Pds.Modules.Auth.OAuth.Keys;

/// <summary>The rows of protected signing keys.</summary>
internal sealed class SigningKeyStore(NpgsqlDataSource database)
{
    private const long LockKey = 0x5044_5320_4B45_5953;

    /// <summary>The newest first.</summary>
    public async Task<List<StoredSigningKey>> ReadAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            "SELECT kid, protected, created_at, active_from FROM auth.signing_key ORDER BY active_from DESC, kid");
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var keys = new List<StoredSigningKey>();
        while (await reader.ReadAsync(cancellationToken))
        {
            keys.Add(new StoredSigningKey(
                reader.GetString(0), reader.GetFieldValue<byte[]>(1),
                reader.GetFieldValue<DateTimeOffset>(2), reader.GetFieldValue<DateTimeOffset>(3)));
        }

        return keys;
    }

    public async Task AddAsync(StoredSigningKey key, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            "INSERT INTO auth.signing_key (kid, protected, created_at, active_from) VALUES ($1, $2, $3, $4)");
        command.Parameters.AddWithValue(key.Kid);
        command.Parameters.AddWithValue(key.Protected);
        command.Parameters.AddWithValue(key.CreatedAt);
        command.Parameters.AddWithValue(key.ActiveFrom);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Deletes the keys whose successor has signed since before a time.</summary>
    public async Task DeleteSucceededAsync(DateTimeOffset before, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            "DELETE FROM auth.signing_key WHERE active_from < (SELECT max(active_from) FROM auth.signing_key WHERE active_from <= $1)");
        command.Parameters.AddWithValue(before);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Lets one replica at a time make keys. Ends when disposed of.</summary>
    public async Task<IAsyncDisposable> LockAsync(CancellationToken cancellationToken)
    {
        var connection = await database.OpenConnectionAsync(cancellationToken);
        try
        {
            await connection.BeginTransactionAsync(cancellationToken);
            await using var command = new NpgsqlCommand($"SELECT pg_advisory_xact_lock({LockKey})", connection);
            await command.ExecuteNonQueryAsync(cancellationToken);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }
}

/// <summary>A signing key at rest.</summary>
internal sealed record StoredSigningKey(string Kid, byte[] Protected, DateTimeOffset CreatedAt, DateTimeOffset ActiveFrom);
