using Npgsql;

namespace Pds.Modules.Auth.Storage;

/// <summary>Requests for a new password that wait to be answered.</summary>
internal sealed class ResetRequestStore(NpgsqlDataSource database, TimeProvider time)
{
    // Longer than answering takes.
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(1);

    // Who waits longer has asked again.
    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(1);

    public async Task AddAsync(string identifier, string language, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            "INSERT INTO auth.reset_request (identifier, language, asked_at, due_at) VALUES ($1, $2, $3, $3)");
        command.Parameters.AddWithValue(identifier);
        command.Parameters.AddWithValue(language);
        command.Parameters.AddWithValue(time.GetUtcNow());
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Takes one, so that no other replica answers it for a while; null when there is none.</summary>
    public async Task<ResetRequest?> TakeAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        await using var command = database.CreateCommand(
            """
            WITH old AS (DELETE FROM auth.reset_request WHERE asked_at < $3)
            UPDATE auth.reset_request SET due_at = $2
            WHERE id = (
                SELECT id FROM auth.reset_request WHERE due_at <= $1 AND asked_at >= $3
                ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED)
            RETURNING id, identifier, language
            """);
        command.Parameters.AddWithValue(now);
        command.Parameters.AddWithValue(now + Lease);
        command.Parameters.AddWithValue(now - Lifetime);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? new ResetRequest(reader.GetInt64(0), reader.GetString(1), reader.GetString(2))
            : null;
    }

    public async Task RemoveAsync(long id, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("DELETE FROM auth.reset_request WHERE id = $1");
        command.Parameters.AddWithValue(id);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}

/// <summary>A request for a new password.</summary>
/// <param name="Identifier">As typed.</param>
/// <param name="Language">Of the mail; empty for the default.</param>
internal sealed record ResetRequest(long Id, string Identifier, string Language);
