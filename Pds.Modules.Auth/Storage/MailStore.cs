using Npgsql;
using Pds.Modules.Auth.Mail;

namespace Pds.Modules.Auth.Storage;

/// <summary>Mail on its way: a row each, so that none is lost with a process.</summary>
internal sealed class MailStore(NpgsqlDataSource database)
{
    public async Task AddAsync(
        string to, string subject, string text, string html, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            "INSERT INTO auth.mail (recipient, subject, text, html, created_at, next_at) VALUES ($1, $2, $3, $4, $5, $5)");
        command.Parameters.AddWithValue(to);
        command.Parameters.AddWithValue(subject);
        command.Parameters.AddWithValue(text);
        command.Parameters.AddWithValue(html);
        command.Parameters.AddWithValue(now);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Takes a mail that is due, so that no other replica sends it for a while; null when none is.</summary>
    public async Task<QueuedMail?> TakeAsync(DateTimeOffset now, DateTimeOffset until, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            UPDATE auth.mail SET next_at = $2, attempts = attempts + 1
            WHERE id = (SELECT id FROM auth.mail WHERE next_at <= $1 ORDER BY next_at LIMIT 1 FOR UPDATE SKIP LOCKED)
            RETURNING id, recipient, subject, text, html, attempts - 1
            """);
        command.Parameters.AddWithValue(now);
        command.Parameters.AddWithValue(until);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? new QueuedMail(
                reader.GetInt64(0), reader.GetString(1), reader.GetString(2), reader.GetString(3), reader.GetString(4), reader.GetInt32(5))
            : null;
    }

    public async Task PostponeAsync(long id, DateTimeOffset nextAt, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("UPDATE auth.mail SET next_at = $2 WHERE id = $1");
        command.Parameters.AddWithValue(id);
        command.Parameters.AddWithValue(nextAt);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Forgets a mail: it was sent, or never will be.</summary>
    public async Task RemoveAsync(long id, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("DELETE FROM auth.mail WHERE id = $1");
        command.Parameters.AddWithValue(id);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
