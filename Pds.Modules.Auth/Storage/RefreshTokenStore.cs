using AtProto;
using Npgsql;
using Pds.Contracts.Auth;
using Pds.Modules.Auth.Accounts;
using Pds.Modules.Auth.Sessions;

namespace Pds.Modules.Auth.Storage;

/// <summary>The refresh tokens that are good for a new session.</summary>
internal sealed class RefreshTokenStore(NpgsqlDataSource database, TimeProvider time)
{
    // How long a used token may be shown again, for clients that lost the answer.
    private static readonly TimeSpan Grace = TimeSpan.FromHours(2);

    /// <param name="appPassword">The name of the app password that the session was made with.</param>
    public async Task AddAsync(Did did, string? appPassword, IssuedSession session, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            "INSERT INTO auth.refresh_token (id, did, app_password, expires_at) VALUES ($1, $2, $3, $4)");
        command.Parameters.AddWithValue(session.RefreshId);
        command.Parameters.AddWithValue(did.Value);
        command.Parameters.AddText(appPassword);
        command.Parameters.AddWithValue(session.RefreshExpiresAt);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>
    /// Uses a token: it gets a successor, the same one each time, and a short rest of life. Also clears away what of the
    /// account's tokens has expired. Null when there is no such account.
    /// </summary>
    public async Task<Rotation?> RotateAsync(Did did, string id, CancellationToken cancellationToken)
    {
        // Two uses at once queue for the row's lock, and the second one finds the successor of the first.
        await using var command = database.CreateCommand(
            """
            WITH account AS (
                SELECT did, email, email_confirmed_at, deactivated_at, takedown_ref, email_factor FROM auth.account WHERE did = $1
            ), used AS (
                UPDATE auth.refresh_token SET next_id = coalesce(next_id, $3), expires_at = least(expires_at, $5)
                WHERE id = $2 AND did = (SELECT did FROM account WHERE takedown_ref IS NULL) AND expires_at > $4
                RETURNING next_id, app_password
            ), next AS (
                INSERT INTO auth.refresh_token (id, did, app_password, expires_at)
                SELECT next_id, $1, app_password, $6 FROM used
                ON CONFLICT DO NOTHING
            ), expired AS (
                DELETE FROM auth.refresh_token WHERE did = $1 AND expires_at <= $4
            )
            SELECT account.*, used.next_id, app.name, app.privileged
            FROM account
            LEFT JOIN used ON true
            LEFT JOIN auth.app_password app ON app.did = account.did AND app.name = used.app_password
            """);
        var now = time.GetUtcNow();
        command.Parameters.AddWithValue(did.Value);
        command.Parameters.AddWithValue(id);
        command.Parameters.AddWithValue(TokenIssuer.NewRefreshId());
        command.Parameters.AddWithValue(now);
        command.Parameters.AddWithValue(now + Grace);
        command.Parameters.AddWithValue(now + TokenType.Refresh.Lifetime);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken))
        {
            return null;
        }

        return new Rotation(
            AccountStore.ReadAccount(reader),
            reader.IsDBNull(6) ? null : reader.GetString(6),
            reader.IsDBNull(7) ? null : new AppPassword(reader.GetString(7), reader.GetBoolean(8)));
    }

    public async Task RevokeAsync(string id, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("DELETE FROM auth.refresh_token WHERE id = $1");
        command.Parameters.AddWithValue(id);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}

/// <summary>What became of a refresh token that was shown.</summary>
/// <param name="NextId">Its successor; null when it was not good any more, or the account is taken down.</param>
/// <param name="AppPassword">What the session was made with, unless with the account's password.</param>
internal sealed record Rotation(Account Account, string? NextId, AppPassword? AppPassword);
