using AtProto;
using Npgsql;
using NpgsqlTypes;
using Pds.Modules.Auth.Storage;

namespace Pds.Modules.Auth.OAuth.Sessions;

/// <summary>
/// The rows of OAuth sessions. Deleting one leaves access tokens behind: it is noted as revoked in the same statement, and
/// <see cref="OAuthSessions"/> tells of it.
/// </summary>
public sealed class OAuthSessionStore(NpgsqlDataSource database)
{
    private const string Columns =
        "session.id, session.did, client_id, device_id, scope, dpop_jkt, client_key, generation, session.created_at, last_used_at, expires_at";

    /// <summary>Exchanges a code for a session, in one statement: of two who try, one succeeds. False for the other.</summary>
    /// <param name="code">The hash of the code.</param>
    /// <param name="refreshToken">The hash of the first refresh token; null when the app gets none.</param>
    internal async Task<bool> AddAsync(
        OAuthSession session, byte[] code, byte[]? refreshToken, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            WITH used AS (DELETE FROM auth.oauth_request WHERE code = $1 RETURNING code)
            INSERT INTO auth.oauth_session (code, refresh_token, id, did, client_id, device_id, scope, dpop_jkt, client_key,
                generation, created_at, last_used_at, expires_at)
            SELECT code, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13 FROM used
            """);
        command.Parameters.AddWithValue(code);
        command.Parameters.AddWithValue(NpgsqlDbType.Bytea, (object?)refreshToken ?? DBNull.Value);
        command.Parameters.AddWithValue(session.Id);
        command.Parameters.AddWithValue(session.Did.Value);
        command.Parameters.AddWithValue(session.ClientId);
        command.Parameters.AddText(session.DeviceId);
        command.Parameters.AddWithValue(session.Scope);
        command.Parameters.AddWithValue(session.DpopJkt);
        command.Parameters.AddText(session.ClientKey);
        command.Parameters.AddWithValue(session.Generation);
        command.Parameters.AddWithValue(session.CreatedAt);
        command.Parameters.AddWithValue(session.LastUsedAt);
        command.Parameters.AddWithValue(session.ExpiresAt);
        return await command.ExecuteNonQueryAsync(cancellationToken) == 1;
    }

    /// <summary>A session with its account, and whether a refresh token is its present one.</summary>
    /// <param name="refreshToken">The hash of the token.</param>
    internal async Task<RefreshableSession?> FindAsync(string id, byte[] refreshToken, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            $"""
            SELECT {Columns}, deactivated_at IS NULL AND takedown_ref IS NULL, refresh_token = $2
            FROM auth.oauth_session session JOIN auth.account account ON account.did = session.did WHERE session.id = $1
            """);
        command.Parameters.AddWithValue(id);
        command.Parameters.AddWithValue(refreshToken);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? new RefreshableSession(Read(reader), reader.GetBoolean(11), !reader.IsDBNull(12) && reader.GetBoolean(12))
            : null;
    }

    internal Task<OAuthSession?> FindAsync(string id, CancellationToken cancellationToken) =>
        FindAsync("id = $1", command => command.AddWithValue(id), cancellationToken);

    /// <summary>The session that was made with a code, for a code that comes again.</summary>
    internal Task<OAuthSession?> FindByCodeAsync(byte[] code, CancellationToken cancellationToken) =>
        FindAsync("code = $1", command => command.AddWithValue(code), cancellationToken);

    /// <summary>
    /// Replaces a refresh token, in one statement: of two who try, one succeeds. Null for the other, and when anything about the
    /// session or its account forbids it.
    /// </summary>
    /// <returns>The session as it is now.</returns>
    internal async Task<OAuthSession?> RotateAsync(RefreshRotation rotation, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            $"""
            UPDATE auth.oauth_session session
            SET refresh_token = $3, generation = generation + 1, last_used_at = $4, client_key = $5,
                expires_at = least(session.created_at + $8, $4 + $9)
            FROM auth.account account
            WHERE session.id = $1 AND refresh_token = $2 AND account.did = session.did
                AND client_id = $6 AND dpop_jkt = $7 AND (client_key IS NULL OR client_key = $5)
                AND deactivated_at IS NULL AND takedown_ref IS NULL
                AND expires_at > $4 AND session.created_at + $8 > $4 AND last_used_at + $9 > $4
                AND ($10 OR strpos(scope, 'include') = 0)
            RETURNING {Columns}
            """);
        command.Parameters.AddWithValue(rotation.SessionId);
        command.Parameters.AddWithValue(rotation.OldToken);
        command.Parameters.AddWithValue(rotation.NewToken);
        command.Parameters.AddWithValue(rotation.Now);
        command.Parameters.AddText(rotation.ClientKey);
        command.Parameters.AddWithValue(rotation.ClientId);
        command.Parameters.AddWithValue(rotation.DpopJkt);
        command.Parameters.AddWithValue(rotation.Lifetime.Whole);
        command.Parameters.AddWithValue(rotation.Lifetime.Idle);
        command.Parameters.AddWithValue(rotation.EvenWithSets);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? Read(reader) : null;
    }

    /// <summary>The sessions of an account that are not over, the one used last first.</summary>
    internal async Task<List<OAuthSession>> ListAsync(Did did, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            $"SELECT {Columns} FROM auth.oauth_session session WHERE did = $1 AND expires_at > $2 ORDER BY last_used_at DESC, id");
        command.Parameters.AddWithValue(did.Value);
        command.Parameters.AddWithValue(now);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var sessions = new List<OAuthSession>();
        while (await reader.ReadAsync(cancellationToken))
        {
            sessions.Add(Read(reader));
        }

        return sessions;
    }

    /// <summary>Deletes a session, and with the last one of an app the memory of the consent. False when there is none.</summary>
    internal async Task<bool> DeleteAsync(Did did, string id, bool forgetConsent, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            WITH gone AS (DELETE FROM auth.oauth_session WHERE did = $1 AND id = $2 RETURNING client_id), noted AS (
                INSERT INTO auth.revoked_session (session_id, did, revoked_at) SELECT $2, $1, now() FROM gone
            ), forgotten AS (
                DELETE FROM auth.oauth_consent consent USING gone
                WHERE $3 AND consent.did = $1 AND consent.client_id = gone.client_id AND NOT EXISTS (
                    SELECT FROM auth.oauth_session other WHERE other.did = $1 AND other.client_id = gone.client_id AND other.id <> $2)
            )
            SELECT count(*) FROM gone
            """);
        command.Parameters.AddWithValue(did.Value);
        command.Parameters.AddWithValue(id);
        command.Parameters.AddWithValue(forgetConsent);
        return await command.ExecuteScalarAsync(cancellationToken) is 1L;
    }

    /// <summary>Deletes every session of an account, what it has agreed to, and the requests that it has answered.</summary>
    internal async Task<List<string>> DeleteAllAsync(Did did, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            WITH consents AS (DELETE FROM auth.oauth_consent WHERE did = $1),
                requests AS (DELETE FROM auth.oauth_request WHERE did = $1),
                gone AS (DELETE FROM auth.oauth_session WHERE did = $1 RETURNING id)
            INSERT INTO auth.revoked_session (session_id, did, revoked_at) SELECT id, $1, now() FROM gone RETURNING session_id
            """);
        command.Parameters.AddWithValue(did.Value);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var ids = new List<string>();
        while (await reader.ReadAsync(cancellationToken))
        {
            ids.Add(reader.GetString(0));
        }

        return ids;
    }

    /// <summary>Deletes what is over since before a time: access tokens of it have expired long ago.</summary>
    internal async Task DeleteExpiredAsync(DateTimeOffset before, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("DELETE FROM auth.oauth_session WHERE expires_at < $1");
        command.Parameters.AddWithValue(before);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private async Task<OAuthSession?> FindAsync(
        string condition, Action<NpgsqlParameterCollection> addKey, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            $"SELECT {Columns} FROM auth.oauth_session session WHERE session.{condition}");
        addKey(command.Parameters);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? Read(reader) : null;
    }

    private static OAuthSession Read(NpgsqlDataReader reader) => new(
        reader.GetString(0),
        Did.Parse(reader.GetString(1)),
        reader.GetString(2),
        reader.IsDBNull(3) ? null : reader.GetString(3),
        reader.GetString(4),
        reader.GetString(5),
        reader.IsDBNull(6) ? null : reader.GetString(6),
        reader.GetInt32(7),
        reader.GetFieldValue<DateTimeOffset>(8),
        reader.GetFieldValue<DateTimeOffset>(9),
        reader.GetFieldValue<DateTimeOffset>(10));
}

/// <summary>A session that someone wants to refresh.</summary>
/// <param name="IsActive">Whether the account is neither deactivated nor taken down.</param>
/// <param name="IsCurrent">Whether the token that was shown is the session's present one; otherwise it is used up.</param>
internal sealed record RefreshableSession(OAuthSession Session, bool IsActive, bool IsCurrent);
