using Npgsql;
using Pds.Contracts.Auth;
using Pds.Modules.Auth.Mail;

namespace Pds.Modules.Auth.Storage;

/// <summary>Mail on its way: a row each, so that none is lost with a process.</summary>
internal sealed class MailStore(NpgsqlDataSource database, TimeProvider time)
{
    public async Task AddAsync(NewMail mail, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            INSERT INTO auth.mail (recipient, subject, text, html, from_moderators, created_at, next_at)
            VALUES ($1, $2, $3, $4, $5, $6, $6)
            """);
        command.Parameters.AddWithValue(mail.To);
        command.Parameters.AddWithValue(mail.Subject);
        command.Parameters.AddWithValue(mail.Text);
        command.Parameters.AddWithValue(mail.Html);
        command.Parameters.AddWithValue(mail.IsFromModerators);
        command.Parameters.AddWithValue(time.GetUtcNow());
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Takes a mail that is due, so that no other replica sends it for a while; null when none is.</summary>
    public async Task<QueuedMail?> TakeAsync(DateTimeOffset now, DateTimeOffset until, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            UPDATE auth.mail SET next_at = $2, attempts = attempts + 1
            WHERE id = (SELECT id FROM auth.mail WHERE next_at <= $1 AND given_up_at IS NULL ORDER BY next_at LIMIT 1 FOR UPDATE SKIP LOCKED)
            RETURNING id, recipient, subject, text, html, from_moderators, attempts - 1
            """);
        command.Parameters.AddWithValue(now);
        command.Parameters.AddWithValue(until);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? new QueuedMail(
                reader.GetInt64(0),
                new NewMail(reader.GetString(1), reader.GetString(2), reader.GetString(3), reader.GetString(4), reader.GetBoolean(5)),
                reader.GetInt32(6))
            : null;
    }

    /// <summary>Notes why a mail could not be sent, and when it is tried next.</summary>
    public async Task PostponeAsync(long id, string error, DateTimeOffset nextAt, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("UPDATE auth.mail SET next_at = $2, last_error = $3 WHERE id = $1");
        command.Parameters.AddWithValue(id);
        command.Parameters.AddWithValue(nextAt);
        command.Parameters.AddWithValue(error);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Leaves a mail to the administrator, and forgets those that were left long ago.</summary>
    public async Task GiveUpAsync(
        long id, string error, DateTimeOffset now, DateTimeOffset forgetBefore, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            WITH old AS (DELETE FROM auth.mail WHERE given_up_at < $4)
            UPDATE auth.mail SET given_up_at = $3, last_error = $2 WHERE id = $1
            """);
        command.Parameters.AddWithValue(id);
        command.Parameters.AddWithValue(error);
        command.Parameters.AddWithValue(now);
        command.Parameters.AddWithValue(forgetBefore);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Makes a mail due now, its attempts counted anew. False when there is none.</summary>
    public async Task<bool> RetryAsync(long id, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            "UPDATE auth.mail SET next_at = $2, attempts = 0, given_up_at = NULL WHERE id = $1");
        command.Parameters.AddWithValue(id);
        command.Parameters.AddWithValue(now);
        return await command.ExecuteNonQueryAsync(cancellationToken) == 1;
    }

    /// <summary>How many wait and how many were given up, and since when the oldest waits.</summary>
    public async Task<(long Waiting, long GivenUp, DateTimeOffset? Oldest)> CountAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            SELECT count(*) FILTER (WHERE given_up_at IS NULL), count(*) FILTER (WHERE given_up_at IS NOT NULL),
                min(created_at) FILTER (WHERE given_up_at IS NULL)
            FROM auth.mail
            """);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return (reader.GetInt64(0), reader.GetInt64(1), reader.IsDBNull(2) ? null : reader.GetFieldValue<DateTimeOffset>(2));
    }

    /// <summary>Those that were given up, then the next to be sent. What they say is not read.</summary>
    public async Task<List<MailEntry>> ListAsync(int limit, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            SELECT id, recipient, subject, attempts, created_at, next_at, last_error, given_up_at IS NOT NULL
            FROM auth.mail ORDER BY given_up_at DESC NULLS LAST, next_at, id LIMIT $1
            """);
        command.Parameters.AddWithValue(limit);
        var mails = new List<MailEntry>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            mails.Add(new MailEntry(
                reader.GetInt64(0), reader.GetString(1), reader.GetString(2), reader.GetInt32(3),
                reader.GetFieldValue<DateTimeOffset>(4), reader.GetFieldValue<DateTimeOffset>(5),
                reader.IsDBNull(6) ? null : reader.GetString(6), reader.GetBoolean(7)));
        }

        return mails;
    }

    /// <summary>Forgets a mail: it was sent, or never will be. False when there is none.</summary>
    public async Task<bool> RemoveAsync(long id, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("DELETE FROM auth.mail WHERE id = $1");
        command.Parameters.AddWithValue(id);
        return await command.ExecuteNonQueryAsync(cancellationToken) == 1;
    }
}
