using AtProto;
using Npgsql;
using Pds.Modules.Auth.Invites;

namespace Pds.Modules.Auth.Storage;

/// <summary>Invite codes.</summary>
internal sealed class InviteStore(NpgsqlDataSource database, TimeProvider time)
{
    private const string Select =
        """
        SELECT code.code, available_uses, disabled, for_account, created_by, code.created_at, used_by, used_at
        FROM auth.invite_code AS code CROSS JOIN LATERAL (
            SELECT array_agg(used_by ORDER BY used_at) AS used_by, array_agg(used_at ORDER BY used_at) AS used_at
            FROM auth.invite_code_use AS use WHERE use.code = code.code) AS use
        """;

    /// <summary>Adds codes given out by the administrator.</summary>
    /// <param name="codes">The codes, and beside each in <paramref name="owners"/> whose it is.</param>
    public async Task AddAsync(string[] codes, string[] owners, int uses, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            INSERT INTO auth.invite_code (code, available_uses, for_account, created_by, created_at)
            SELECT code, $3, owner, 'admin', $4 FROM unnest($1, $2) AS new (code, owner)
            """);
        command.Parameters.AddWithValue(codes);
        command.Parameters.AddWithValue(owners);
        command.Parameters.AddWithValue(uses);
        command.Parameters.AddWithValue(time.GetUtcNow());
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>The codes that belong to an account, the oldest first.</summary>
    public async Task<List<Invite>> ListAsync(Did owner, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            $"{Select} WHERE for_account = $1 ORDER BY code.created_at, code.code");
        command.Parameters.AddWithValue(owner.Value);
        return await ReadAsync(command, cancellationToken);
    }

    /// <summary>One code; null when there is none of that name.</summary>
    public async Task<Invite?> FindAsync(string code, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand($"{Select} WHERE code.code = $1");
        command.Parameters.AddWithValue(code);
        return await ReadAsync(command, cancellationToken) is [var invite] ? invite : null;
    }

    /// <summary>Codes of all, the latest first, after a place.</summary>
    public async Task<List<Invite>> ListRecentAsync(
        (DateTimeOffset CreatedAt, string Code)? after, int limit, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            $"""
            {Select} WHERE $1 IS NULL OR (code.created_at, code.code) < ($1, $2)
            ORDER BY code.created_at DESC, code.code DESC LIMIT $3
            """);
        command.Parameters.AddTime(after?.CreatedAt);
        command.Parameters.AddText(after?.Code);
        command.Parameters.AddWithValue(limit);
        return await ReadAsync(command, cancellationToken);
    }

    /// <summary>Codes of all, the most used first, after a place.</summary>
    public async Task<List<Invite>> ListByUsageAsync(
        (int Uses, string Code)? after, int limit, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            $"""
            {Select} WHERE $1 < 0 OR (coalesce(cardinality(used_by), 0), code.code) < ($1, $2)
            ORDER BY coalesce(cardinality(used_by), 0) DESC, code.code DESC LIMIT $3
            """);
        command.Parameters.AddWithValue(after?.Uses ?? -1);
        command.Parameters.AddText(after?.Code);
        command.Parameters.AddWithValue(limit);
        return await ReadAsync(command, cancellationToken);
    }

    /// <summary>Adds codes that an account has earned; disabled ones where the account's invites are.</summary>
    /// <param name="total">How many earned codes it must have then; false when another request was faster.</param>
    public async Task<bool> TryAddEarnedAsync(Did owner, string[] codes, int total, CancellationToken cancellationToken)
    {
        // The second statement counts after the first has waited for whoever else is adding.
        await using var batch = database.CreateBatch();
        var locked = new NpgsqlBatchCommand("SELECT FROM auth.account WHERE did = $1 FOR UPDATE");
        locked.Parameters.AddWithValue(owner.Value);
        var added = new NpgsqlBatchCommand(
            """
            INSERT INTO auth.invite_code (code, available_uses, disabled, for_account, created_by, created_at)
            SELECT new.code, 1, account.invites_disabled, $1, $1, $4 FROM auth.account, unnest($2) AS new (code)
            WHERE account.did = $1
                AND (SELECT count(*) FROM auth.invite_code WHERE for_account = $1 AND created_by <> 'admin') = $3
            """);
        added.Parameters.AddWithValue(owner.Value);
        added.Parameters.AddWithValue(codes);
        added.Parameters.AddWithValue(total - codes.Length);
        added.Parameters.AddWithValue(time.GetUtcNow());
        batch.BatchCommands.Add(locked);
        batch.BatchCommands.Add(added);
        await batch.ExecuteNonQueryAsync(cancellationToken);
        return added.Rows == (ulong)codes.Length;
    }

    /// <summary>Lets codes be used no more: these, and all that belong to these accounts.</summary>
    public async Task DisableAsync(string[] codes, string[] owners, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            "UPDATE auth.invite_code SET disabled = true WHERE code = ANY ($1) OR for_account = ANY ($2)");
        command.Parameters.AddWithValue(codes);
        command.Parameters.AddWithValue(owners);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Whether an account earns codes.</summary>
    /// <param name="note">Why; null leaves the note as it is.</param>
    public async Task SetAccountAsync(Did did, bool isDisabled, string? note, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            "UPDATE auth.account SET invites_disabled = $2, invite_note = coalesce($3, invite_note) WHERE did = $1");
        command.Parameters.AddWithValue(did.Value);
        command.Parameters.AddWithValue(isDisabled);
        command.Parameters.AddText(note);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>When an account was made; null when there is none.</summary>
    public async Task<DateTimeOffset?> FindAccountAsync(Did did, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("SELECT created_at FROM auth.account WHERE did = $1");
        command.Parameters.AddWithValue(did.Value);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? reader.GetFieldValue<DateTimeOffset>(0) : null;
    }

    private static async Task<List<Invite>> ReadAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        var codes = new List<Invite>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var users = reader.IsDBNull(6) ? [] : reader.GetFieldValue<string[]>(6);
            var times = reader.IsDBNull(7) ? [] : reader.GetFieldValue<DateTimeOffset[]>(7);
            codes.Add(new Invite(
                reader.GetString(0), reader.GetInt32(1), reader.GetBoolean(2), reader.GetString(3), reader.GetString(4),
                reader.GetFieldValue<DateTimeOffset>(5),
                [.. users.Zip(times, (user, at) => new InviteUse(Did.Parse(user), at))]));
        }

        return codes;
    }
}
