using AtProto;
using Npgsql;

namespace Pds.Modules.Auth.Storage;

/// <summary>Accounts as an administrator sees them.</summary>
internal sealed class AdministrationStore(NpgsqlDataSource database)
{
    // The code that let an account in.
    private const string Select =
        """
        SELECT account.did, email, email_confirmed_at, created_at, deactivated_at, takedown_ref, invites_disabled, invite_note,
            (SELECT code FROM auth.invite_code_use WHERE used_by = account.did ORDER BY used_at LIMIT 1)
        FROM auth.account
        """;

    /// <summary>Those of these accounts that are here, in no order.</summary>
    public async Task<List<AccountDetails>> FindAsync(string[] dids, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand($"{Select} WHERE did = ANY ($1)");
        command.Parameters.AddWithValue(dids);
        return await ReadAsync(command, cancellationToken);
    }

    /// <summary>Accounts whose address contains a text, in the order of their DIDs.</summary>
    /// <param name="email">In lower case; null for all.</param>
    public async Task<List<AccountDetails>> SearchAsync(
        string? email, string? after, int limit, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            $"{Select} WHERE ($1 IS NULL OR position($1 in email) > 0) AND did > $2 ORDER BY did LIMIT $3");
        command.Parameters.AddText(email);
        command.Parameters.AddWithValue(after ?? "");
        command.Parameters.AddWithValue(limit);
        return await ReadAsync(command, cancellationToken);
    }

    /// <summary>Takes an account down, which ends its legacy sessions, or up again. False when there is none.</summary>
    public async Task<bool> SetTakedownAsync(Did did, string? reference, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            WITH ended AS (DELETE FROM auth.refresh_token WHERE did = $1 AND $2 IS NOT NULL)
            UPDATE auth.account SET takedown_ref = $2 WHERE did = $1
            """);
        command.Parameters.AddWithValue(did.Value);
        command.Parameters.AddText(reference);
        return await command.ExecuteNonQueryAsync(cancellationToken) == 1;
    }

    private static async Task<List<AccountDetails>> ReadAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        var found = new List<AccountDetails>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            found.Add(new AccountDetails(
                Did.Parse(reader.GetString(0)), reader.GetString(1), TimeOf(reader, 2), reader.GetFieldValue<DateTimeOffset>(3),
                TimeOf(reader, 4), TextOf(reader, 5), reader.GetBoolean(6), TextOf(reader, 7), TextOf(reader, 8)));
        }

        return found;
    }

    private static DateTimeOffset? TimeOf(NpgsqlDataReader reader, int column) =>
        reader.IsDBNull(column) ? null : reader.GetFieldValue<DateTimeOffset>(column);

    private static string? TextOf(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);
}
