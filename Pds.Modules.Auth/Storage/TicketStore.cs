using AtProto;
using Npgsql;

namespace Pds.Modules.Auth.Storage;

/// <summary>Sign-ins that have given their password and wait for a second factor.</summary>
internal sealed class TicketStore(NpgsqlDataSource database, TimeProvider time)
{
    private const int MostTries = 5;

    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);

    public async Task AddAsync(byte[] hash, string deviceId, Did did, bool remember, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        await using var command = database.CreateCommand(
            """
            WITH expired AS (DELETE FROM auth.sign_in_ticket WHERE expires_at < $5)
            INSERT INTO auth.sign_in_ticket (hash, device_id, did, remember, expires_at) VALUES ($1, $2, $3, $4, $6)
            """);
        command.Parameters.AddWithValue(hash);
        command.Parameters.AddWithValue(deviceId);
        command.Parameters.AddWithValue(did.Value);
        command.Parameters.AddWithValue(remember);
        command.Parameters.AddWithValue(now);
        command.Parameters.AddWithValue(now + Lifetime);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Takes one try of a ticket; null when there is none left, or none at all.</summary>
    public async Task<(Did Did, bool Remember)?> TryAsync(byte[] hash, string deviceId, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            UPDATE auth.sign_in_ticket SET tries = tries + 1
            WHERE hash = $1 AND device_id = $2 AND tries < $3 AND expires_at > $4 RETURNING did, remember
            """);
        command.Parameters.AddWithValue(hash);
        command.Parameters.AddWithValue(deviceId);
        command.Parameters.AddWithValue(MostTries);
        command.Parameters.AddWithValue(time.GetUtcNow());
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? (Did.Parse(reader.GetString(0)), reader.GetBoolean(1)) : null;
    }

    public async Task RemoveAsync(byte[] hash, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("DELETE FROM auth.sign_in_ticket WHERE hash = $1");
        command.Parameters.AddWithValue(hash);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
