using System.Globalization;
using AtProto;
using Npgsql;
using Pds.Contracts.Auth;
using Pds.Xrpc;

namespace Pds.Modules.Auth.Storage;

/// <summary>The accounts as a list to look through, and all that is known of one.</summary>
public sealed class AccountDirectoryStore(NpgsqlDataSource database, TimeProvider time)
{
    private const int MostAtOnce = 200;

    /// <summary>A page of accounts, the latest first.</summary>
    public async Task<AccountListing> ListAsync(ListAccounts query, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(query);
        var after = ReadCursor(query.After);
        var limit = Math.Clamp(query.Limit, 1, MostAtOnce);
        await using var command = database.CreateCommand(
            $"""
            SELECT did, email, email_confirmed_at, deactivated_at, takedown_ref, email_factor, created_at FROM auth.account
            WHERE ($1 IS NULL OR position($1 in email) > 0 OR did = $1 OR did = ANY ($2))
                AND ($3 IS NULL OR (created_at, did) < ($3, $4)) AND {ConditionOf(query.Filter)}
            ORDER BY created_at DESC, did DESC LIMIT $5
            """);
        command.Parameters.AddText(query.Words);
        command.Parameters.AddWithValue(Array.ConvertAll([.. query.Named], did => did.Value));
        command.Parameters.AddTime(after?.At);
        command.Parameters.AddText(after?.Did);
        command.Parameters.AddWithValue(limit + 1);

        var found = new List<AccountEntry>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var account = AccountStore.ReadAccount(reader);
            found.Add(new AccountEntry(
                account.Did, account.Email, account.EmailConfirmed, account.Status, reader.GetFieldValue<DateTimeOffset>(6)));
        }

        if (found.Count <= limit)
        {
            return new AccountListing(found, null);
        }

        found.RemoveAt(limit);
        return new AccountListing(found, CursorOf(found[^1]));
    }

    /// <summary>Null when there is no such account.</summary>
    public async Task<AccountDescription?> FindAsync(Did did, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            SELECT did, email, email_confirmed_at, deactivated_at, takedown_ref, email_factor, created_at, delete_after, invites_disabled,
                invite_note,
                (SELECT code FROM auth.invite_code_use WHERE used_by = $1 ORDER BY used_at LIMIT 1),
                (SELECT count(*) FROM auth.refresh_token WHERE did = $1 AND next_id IS NULL AND expires_at > $2),
                (SELECT count(*) FROM auth.oauth_session WHERE did = $1 AND expires_at > $2),
                (SELECT count(*) FROM auth.device_account WHERE did = $1),
                (SELECT count(*) FROM auth.app_password WHERE did = $1),
                (SELECT count(*) FROM auth.passkey WHERE did = $1),
                EXISTS (SELECT FROM auth.authenticator WHERE did = $1 AND confirmed_at IS NOT NULL)
            FROM auth.account WHERE did = $1
            """);
        command.Parameters.AddWithValue(did.Value);
        command.Parameters.AddWithValue(time.GetUtcNow());
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? new AccountDescription(
                did, reader.GetString(1), TimeOf(reader, 2), AccountStore.ReadAccount(reader).Status,
                reader.GetFieldValue<DateTimeOffset>(6), TimeOf(reader, 3), TimeOf(reader, 7), TextOf(reader, 4),
                reader.GetBoolean(8), TextOf(reader, 9), TextOf(reader, 10), reader.GetInt64(11), reader.GetInt64(12),
                reader.GetInt64(13), reader.GetInt64(14), reader.GetInt64(15), reader.GetBoolean(16), reader.GetBoolean(5))
            : null;
    }

    public async Task<AccountCounts> CountAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            SELECT count(*) FILTER (WHERE takedown_ref IS NULL AND deactivated_at IS NULL),
                count(*) FILTER (WHERE takedown_ref IS NULL AND deactivated_at IS NOT NULL),
                count(*) FILTER (WHERE takedown_ref IS NOT NULL)
            FROM auth.account
            """);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return new AccountCounts(reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2));
    }

    private static string ConditionOf(AccountFilter filter) => filter switch
    {
        AccountFilter.Active => "takedown_ref IS NULL AND deactivated_at IS NULL",
        AccountFilter.Deactivated => "takedown_ref IS NULL AND deactivated_at IS NOT NULL",
        AccountFilter.Takendown => "takedown_ref IS NOT NULL",
        AccountFilter.Unconfirmed => "email_confirmed_at IS NULL",
        _ => "true",
    };

    // To the microsecond, as the database keeps it.
    private static string CursorOf(AccountEntry last) => string.Create(
        CultureInfo.InvariantCulture,
        $"{(last.CreatedAt - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond}::{last.Did}");

    private static (DateTimeOffset At, string Did)? ReadCursor(string? cursor)
    {
        if (cursor is null)
        {
            return null;
        }

        var at = cursor.IndexOf("::", StringComparison.Ordinal);
        return at > 0 && long.TryParse(cursor.AsSpan(0, at), NumberStyles.None, CultureInfo.InvariantCulture, out var micros)
            && micros <= DateTimeOffset.MaxValue.ToUnixTimeSeconds() * 1_000_000
            ? (DateTimeOffset.UnixEpoch.AddTicks(micros * TimeSpan.TicksPerMicrosecond), cursor[(at + 2)..])
            : throw XrpcErrors.InvalidRequest("Malformed cursor");
    }

    private static DateTimeOffset? TimeOf(NpgsqlDataReader reader, int column) =>
        reader.IsDBNull(column) ? null : reader.GetFieldValue<DateTimeOffset>(column);

    private static string? TextOf(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);
}
