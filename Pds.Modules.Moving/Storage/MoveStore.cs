using System.Text.Json;
using AtProto;
using Npgsql;
using NpgsqlTypes;
using Pds.Contracts.Moving;
using Pds.Modules.Moving.Jobs;

namespace Pds.Modules.Moving.Storage;

/// <summary>The rows of moves.</summary>
internal sealed class MoveStore(NpgsqlDataSource database)
{
    private const string Columns = "id, secret, attempts, state, step, done, total, pause, problem, detail, report::text";

    /// <summary>Adds a move; false when its caller has begun too many lately.</summary>
    public async Task<bool> AddAsync(
        byte[] id, byte[] caller, string secret, int most, DateTimeOffset since, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            INSERT INTO moving.move (id, caller, secret, state, next_at, created_at, changed_at)
            SELECT $1, $2, $3, 0, $6, $6, $6
            WHERE (SELECT count(*) FROM moving.move WHERE caller = $2 AND created_at > $5) < $4
            """);
        command.Parameters.AddWithValue(id);
        command.Parameters.AddWithValue(caller);
        command.Parameters.AddWithValue(secret);
        command.Parameters.AddWithValue(most);
        command.Parameters.AddWithValue(since);
        command.Parameters.AddWithValue(now);
        return await command.ExecuteNonQueryAsync(cancellationToken) == 1;
    }

    public async Task<MoveRow?> FindAsync(byte[] id, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand($"SELECT {Columns} FROM moving.move WHERE id = $1");
        command.Parameters.AddWithValue(id);
        return await ReadAsync(command, cancellationToken);
    }

    /// <summary>Takes a move that is due, so that no other process runs it for a while; null when none is.</summary>
    public async Task<MoveRow?> TakeAsync(DateTimeOffset now, DateTimeOffset until, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            $"""
            UPDATE moving.move SET next_at = $2
            WHERE id = (SELECT id FROM moving.move WHERE state = 0 AND next_at <= $1 ORDER BY next_at LIMIT 1 FOR UPDATE SKIP LOCKED)
            RETURNING {Columns}
            """);
        command.Parameters.AddWithValue(now);
        command.Parameters.AddWithValue(until);
        return await ReadAsync(command, cancellationToken);
    }

    /// <summary>Tells how far a run has come, and keeps the move for it.</summary>
    /// <returns>False when it is not to go on: it was given up.</returns>
    public async Task<bool> AdvanceAsync(
        byte[] id, int step, long done, long? total, string? secret, Did? did, DateTimeOffset until, DateTimeOffset now,
        CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            UPDATE moving.move
            SET step = $2, done = $3, total = $4, secret = COALESCE($5, secret), did = COALESCE($6, did), next_at = $7, changed_at = $8
            WHERE id = $1 AND state = 0
            """);
        command.Parameters.AddWithValue(id);
        command.Parameters.AddWithValue((short)step);
        command.Parameters.AddWithValue(done);
        command.Parameters.Add(new NpgsqlParameter<long?> { TypedValue = total, NpgsqlDbType = NpgsqlDbType.Bigint });
        command.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = secret, NpgsqlDbType = NpgsqlDbType.Text });
        command.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = did?.Value, NpgsqlDbType = NpgsqlDbType.Text });
        command.Parameters.AddWithValue(until);
        command.Parameters.AddWithValue(now);
        return await command.ExecuteNonQueryAsync(cancellationToken) == 1;
    }

    /// <summary>Writes what a run has come to. With the move over, its secrets go.</summary>
    public async Task SettleAsync(byte[] id, MoveResult result, string? secret, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            UPDATE moving.move
            SET state = $2, secret = CASE WHEN $2 < 2 THEN COALESCE($3, secret) END, pause = $4, problem = $5, detail = $6,
                report = COALESCE($7, report), attempts = $8, next_at = $9, changed_at = $10
            WHERE id = $1 AND state = 0
            """);
        command.Parameters.AddWithValue(id);
        command.Parameters.AddWithValue((short)result.State);
        command.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = secret, NpgsqlDbType = NpgsqlDbType.Text });
        command.Parameters.Add(new NpgsqlParameter<short?> { TypedValue = (short?)result.Waits, NpgsqlDbType = NpgsqlDbType.Smallint });
        command.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = result.Problem, NpgsqlDbType = NpgsqlDbType.Text });
        command.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = result.Detail, NpgsqlDbType = NpgsqlDbType.Text });
        command.Parameters.Add(new NpgsqlParameter<string?>
        {
            TypedValue = result.Report is { } report ? JsonSerializer.Serialize(report, MoveJson.Default.StoredReport) : null,
            NpgsqlDbType = NpgsqlDbType.Jsonb,
        });
        command.Parameters.AddWithValue(result.Attempts);
        command.Parameters.AddWithValue(result.NextAt);
        command.Parameters.AddWithValue(now);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Lets a move that waits go on with an answer.</summary>
    /// <returns>False when it does not wait, or was answered too often.</returns>
    public async Task<bool> AnswerAsync(byte[] id, string secret, int most, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            UPDATE moving.move
            SET state = 0, secret = $2, problem = NULL, detail = NULL, pause = NULL, attempts = 0, answers = answers + 1, next_at = $4, changed_at = $4
            WHERE id = $1 AND state = 1 AND answers < $3
            """);
        command.Parameters.AddWithValue(id);
        command.Parameters.AddWithValue(secret);
        command.Parameters.AddWithValue(most);
        command.Parameters.AddWithValue(now);
        return await command.ExecuteNonQueryAsync(cancellationToken) == 1;
    }

    /// <summary>Gives a move up that is not over.</summary>
    public async Task EndAsync(byte[] id, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            "UPDATE moving.move SET state = 4, secret = NULL, pause = NULL, changed_at = $2 WHERE id = $1 AND state < 2");
        command.Parameters.AddWithValue(id);
        command.Parameters.AddWithValue(now);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Removes what nobody has looked after for long: secrets must not lie here.</summary>
    public async Task SweepAsync(DateTimeOffset before, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("DELETE FROM moving.move WHERE changed_at < $1");
        command.Parameters.AddWithValue(before);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    public async Task DeleteAsync(Did did, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("DELETE FROM moving.move WHERE did = $1");
        command.Parameters.AddWithValue(did.Value);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static async Task<MoveRow?> ReadAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken))
        {
            return null;
        }

        var report = reader.IsDBNull(10) ? null : JsonSerializer.Deserialize(reader.GetString(10), MoveJson.Default.StoredReport);
        return new MoveRow(
            reader.GetFieldValue<byte[]>(0), TextAt(1), reader.GetInt32(2), new MoveView(
                (MoveState)reader.GetInt16(3), reader.GetInt16(4), reader.GetInt64(5), reader.IsDBNull(6) ? null : reader.GetInt64(6),
                reader.IsDBNull(7) ? null : (MoveWait)reader.GetInt16(7), TextAt(8), TextAt(9), report?.Account, report?.Document));

        string? TextAt(int column) => reader.IsDBNull(column) ? null : reader.GetString(column);
    }
}
