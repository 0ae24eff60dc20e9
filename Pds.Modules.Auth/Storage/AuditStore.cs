using Npgsql;
using Pds.Contracts.Auth;

namespace Pds.Modules.Auth.Storage;

/// <summary>What administrators and the moderation service have done.</summary>
public sealed class AuditStore(NpgsqlDataSource database, TimeProvider time)
{
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
    /// <param name="before">The id of the last entry of the page before.</param>
    public async Task<List<AuditEntry>> ListAsync(long? before, int limit, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            "SELECT id, at, actor, action, subject, detail, address FROM auth.audit WHERE id < $1 ORDER BY id DESC LIMIT $2");
        command.Parameters.AddWithValue(before ?? long.MaxValue);
        command.Parameters.AddWithValue(limit);
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
