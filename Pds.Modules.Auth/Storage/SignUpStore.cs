using AtProto;
using Npgsql;
using Pds.Modules.Auth.Accounts;
using Pds.Modules.Auth.Sessions;

namespace Pds.Modules.Auth.Storage;

/// <summary>Sign-ups from their first row to the account.</summary>
internal sealed class SignUpStore(NpgsqlDataSource database, TimeProvider time)
{
    /// <summary>Holds the address, the handle and one use of the invite code; nothing is held unless all are.</summary>
    public async Task<SignUpStart> BeginAsync(SignUp signUp, CancellationToken cancellationToken)
    {
        // The row of the code is locked by its update, so two sign-ups cannot both see its last use.
        await using var command = database.CreateCommand(
            """
            WITH taken AS (
                SELECT bool_or(email = $3) AS email, bool_or(did = $4) AS did FROM (
                    SELECT email, did FROM auth.account WHERE email = $3 OR did = $4
                    UNION ALL SELECT '', did FROM auth.account_deletion WHERE did = $4
                ) AS known
            ), invite AS (
                UPDATE auth.invite_code SET used = used + 1
                WHERE code = $5 AND NOT disabled AND used < available_uses
                  AND NOT EXISTS (SELECT FROM auth.account WHERE did = for_account AND takedown_ref IS NOT NULL)
                  AND (SELECT email IS NULL FROM taken)
                RETURNING code
            ), begun AS (
                INSERT INTO auth.sign_up (signing_key, handle, email, did, invite_code, started_at)
                SELECT $1, $2, $3, $4, $5, $6 FROM taken
                WHERE taken.email IS NULL AND ($5 IS NULL OR EXISTS (SELECT FROM invite))
                RETURNING signing_key
            )
            SELECT EXISTS (SELECT FROM begun), coalesce(email, false), coalesce(did, false) FROM taken
            """);
        command.Parameters.AddWithValue(signUp.SigningKey);
        command.Parameters.AddWithValue(signUp.Handle.Value);
        command.Parameters.AddWithValue(signUp.Email);
        command.Parameters.AddText(signUp.Did?.Value);
        command.Parameters.AddText(signUp.InviteCode);
        command.Parameters.AddWithValue(signUp.StartedAt);

        try
        {
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            await reader.ReadAsync(cancellationToken);
            return reader.GetBoolean(0) ? SignUpStart.Begun
                : reader.GetBoolean(1) ? SignUpStart.EmailTaken
                : reader.GetBoolean(2) ? SignUpStart.DidTaken
                : SignUpStart.InviteUnavailable;
        }
        catch (PostgresException failure) when (failure.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            // Another sign-up is under way.
            return failure.ConstraintName switch
            {
                "sign_up_email" => SignUpStart.EmailTaken,
                "sign_up_handle" => SignUpStart.HandleTaken,
                "sign_up_did" => SignUpStart.DidTaken,
                _ => throw new InvalidOperationException("A signing key was reserved twice.", failure),
            };
        }
    }

    /// <summary>
    /// Turns the sign-up into an account with its first session. False when someone else has given it up meanwhile.
    /// </summary>
    public async Task<bool> CompleteAsync(
        SignUp signUp, NewAccount account, IssuedSession session, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            WITH ended AS (
                DELETE FROM auth.sign_up WHERE signing_key = $1 AND started_at = $2 RETURNING email, invite_code
            ), account AS (
                INSERT INTO auth.account (did, email, password, created_at, deactivated_at, delete_after)
                SELECT $3, email, $4, $5, $6, $7 FROM ended
            ), invite AS (
                INSERT INTO auth.invite_code_use (code, used_by, used_at)
                SELECT invite_code, $3, $5 FROM ended WHERE invite_code IS NOT NULL
            ), token AS (
                INSERT INTO auth.refresh_token (id, did, expires_at) SELECT $8, $3, $9 FROM ended
            )
            SELECT EXISTS (SELECT FROM ended)
            """);
        command.Parameters.AddWithValue(signUp.SigningKey);
        command.Parameters.AddWithValue(signUp.StartedAt);
        command.Parameters.AddWithValue(account.Did.Value);
        command.Parameters.AddText(account.PasswordHash);
        command.Parameters.AddWithValue(time.GetUtcNow());
        command.Parameters.AddTime(account.DeactivatedAt);
        command.Parameters.AddTime(account.DeleteAfter);
        command.Parameters.AddWithValue(session.RefreshId);
        command.Parameters.AddWithValue(session.RefreshExpiresAt);
        return (bool)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>Forgets a sign-up of which nothing is left, and gives back the use of its invite code.</summary>
    public async Task ForgetAsync(SignUp signUp, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            WITH ended AS (
                DELETE FROM auth.sign_up WHERE signing_key = $1 AND started_at = $2 RETURNING invite_code
            )
            UPDATE auth.invite_code SET used = used - 1 WHERE code = (SELECT invite_code FROM ended)
            """);
        command.Parameters.AddWithValue(signUp.SigningKey);
        command.Parameters.AddWithValue(signUp.StartedAt);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Takes over one sign-up that nobody works on any more; null when there is none.</summary>
    public async Task<SignUp?> TakeAbandonedAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        await using var command = database.CreateCommand(
            """
            UPDATE auth.sign_up SET started_at = $1
            WHERE signing_key = (
                SELECT signing_key FROM auth.sign_up WHERE started_at < $2 ORDER BY started_at LIMIT 1 FOR UPDATE SKIP LOCKED)
            RETURNING signing_key, handle, email, did, invite_code, started_at
            """);
        command.Parameters.AddWithValue(now);
        command.Parameters.AddWithValue(now - SignUp.AbandonedAfter);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken))
        {
            return null;
        }

        return new SignUp(
            reader.GetString(0),
            Handle.Parse(reader.GetString(1)),
            reader.GetString(2),
            reader.IsDBNull(3) ? null : Did.Parse(reader.GetString(3)),
            reader.IsDBNull(4) ? null : reader.GetString(4),
            reader.GetFieldValue<DateTimeOffset>(5));
    }
}
