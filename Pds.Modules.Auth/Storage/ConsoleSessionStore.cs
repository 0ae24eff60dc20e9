using Npgsql;

namespace Pds.Modules.Auth.Storage;

/// <summary>Sessions of administrators at the console.</summary>
internal sealed class ConsoleSessionStore(NpgsqlDataSource database)
{
    /// <summary>Adds a session, and forgets those that have ended.</summary>
    public async Task AddAsync(
        byte[] hash, DateTimeOffset now, DateTimeOffset idleSince, DateTimeOffset openedBefore, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            WITH ended AS (DELETE FROM auth.console_session WHERE seen_at <= $3 OR opened_at <= $4)
            INSERT INTO auth.console_session (hash, opened_at, seen_at) VALUES ($1, $2, $2)
            """);
        command.Parameters.AddWithValue(hash);
        command.Parameters.AddWithValue(now);
        command.Parameters.AddWithValue(idleSince);
        command.Parameters.AddWithValue(openedBefore);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Notes that a session is used; when it was opened, or null when it has ended.</summary>
    public async Task<DateTimeOffset?> TouchAsync(
        byte[] hash, DateTimeOffset now, DateTimeOffset idleSince, DateTimeOffset openedBefore, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            UPDATE auth.console_session SET seen_at = $2 WHERE hash = $1 AND seen_at > $3 AND opened_at > $4 RETURNING opened_at
            """);
        command.Parameters.AddWithValue(hash);
        command.Parameters.AddWithValue(now);
        command.Parameters.AddWithValue(idleSince);
        command.Parameters.AddWithValue(openedBefore);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? reader.GetFieldValue<DateTimeOffset>(0) : null;
    }

    public async Task<bool> RemoveAsync(byte[] hash, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("DELETE FROM auth.console_session WHERE hash = $1");
        command.Parameters.AddWithValue(hash);
        return await command.ExecuteNonQueryAsync(cancellationToken) == 1;
    }
}
