using Npgsql;
using Pds.Contracts.Auth;

namespace Pds.Modules.Auth.Storage;

/// <summary>What administrators and the moderation service have done.</summary>
public sealed class AuditStore(NpgsqlDataSource database, TimeProvider time)
{
    private const int MostAtOnce = 200;

    public async Task AddAsync(NoteAdministration note, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(note);
        await using var command = database.CreateCommand(
            "INSERT INTO auth.audit (at, actor, action, subject, detail, address) VALUES ($1, $2, $3, $4, $5, $6)");
        command.Parameters.AddWithValue(time.GetUtcNow());
        command.Parameters.AddWithValue(note.Actor);
        command.Parameters.AddWithValue(note.Action);
        command.Parameters.AddText(note.Subject);
        command.Parameters.AddText(note.Detail);
        command.Parameters.AddText(note.Address);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>The latest first.</summary>
    public async Task<List<AuditEntry>> ListAsync(ListAudit query, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        await using var command = database.CreateCommand(
            """
            SELECT id, at, actor, action, subject, detail, address FROM auth.audit
            WHERE id < $1 AND ($2 IS NULL OR actor = $2) AND ($3 IS NULL OR position(lower($3) in lower(action)) > 0)
                AND ($4 IS NULL OR subject = $4 OR subject LIKE $5 OR subject LIKE $6)
                AND ($7 IS NULL OR at >= $7) AND ($8 IS NULL OR at < $8)
            ORDER BY id DESC LIMIT $9
            """);
        command.Parameters.AddWithValue(query.Before ?? long.MaxValue);
        command.Parameters.AddText(query.Actor);
        command.Parameters.AddText(query.Action);
        command.Parameters.AddText(query.Subject);

        // An account's blobs, and its records.
        var escaped = query.Subject?.Replace(@"\", @"\\", StringComparison.Ordinal).Replace("%", @"\%", StringComparison.Ordinal)
            .Replace("_", @"\_", StringComparison.Ordinal);
        command.Parameters.AddText(escaped is null ? null : $"{escaped}/%");
        command.Parameters.AddText(escaped is null ? null : $"at://{escaped}/%");
        command.Parameters.AddTime(query.From);
        command.Parameters.AddTime(query.Until);
        command.Parameters.AddWithValue(Math.Clamp(query.Limit, 1, MostAtOnce));
        var entries = new List<AuditEntry>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            entries.Add(new AuditEntry(
                reader.GetInt64(0), reader.GetFieldValue<DateTimeOffset>(1), reader.GetString(2), reader.GetString(3),
                reader.IsDBNull(4) ? null : reader.GetString(4), reader.IsDBNull(5) ? null : reader.GetString(5),
                reader.IsDBNull(6) ? null : reader.GetString(6)));
        }

        return entries;
    }
}
