using Npgsql;

namespace Pds.Modules.Auth.OAuth.Tokens;

/// <summary>The sessions that ended before their last access token did. Times are the database's, for all replicas.</summary>
public sealed class RevokedSessionStore(NpgsqlDataSource database)
{
    /// <summary>The sessions that ended in the time up to now.</summary>
    internal async Task<List<string>> ReadAsync(TimeSpan lately, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            "SELECT session_id FROM auth.revoked_session WHERE revoked_at > now() - $1");
        command.Parameters.AddWithValue(lately);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var sessions = new List<string>();
        while (await reader.ReadAsync(cancellationToken))
        {
            sessions.Add(reader.GetString(0));
        }

        return sessions;
    }

    /// <summary>The sessions that were refreshed since a time, and how often they ever were.</summary>
    internal async Task<List<(string SessionId, int Generation)>> ReadRefreshedAsync(
        DateTimeOffset since, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            "SELECT id, generation FROM auth.oauth_session WHERE generation > 0 AND last_used_at > $1");
        command.Parameters.AddWithValue(since);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var sessions = new List<(string, int)>();
        while (await reader.ReadAsync(cancellationToken))
        {
            sessions.Add((reader.GetString(0), reader.GetInt32(1)));
        }

        return sessions;
    }

    /// <summary>Deletes what was noted longer ago than any access token lives.</summary>
    internal async Task DeleteAsync(TimeSpan age, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("DELETE FROM auth.revoked_session WHERE revoked_at < now() - $1");
        command.Parameters.AddWithValue(age);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
