using AtProto;
using Npgsql;
using Pds.Modules.Auth.SecondFactor;

namespace Pds.Modules.Auth.Storage;

/// <summary>What proves a sign-in beside the password.</summary>
internal sealed class SecondFactorStore(NpgsqlDataSource database, TimeProvider time)
{
    /// <summary>What an account has.</summary>
    public async Task<Factors> FindAsync(Did did, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            SELECT email_factor AND email_confirmed_at IS NOT NULL, secret, confirmed_at IS NOT NULL, last_step,
                   (SELECT count(*) FROM auth.recovery_code code WHERE code.did = account.did)
            FROM auth.account LEFT JOIN auth.authenticator USING (did) WHERE account.did = $1
            """);
        command.Parameters.AddWithValue(did.Value);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? new Factors(
                reader.GetBoolean(0),
                reader.IsDBNull(1) ? null : reader.GetFieldValue<byte[]>(1),
                reader.GetBoolean(2),
                reader.IsDBNull(3) ? 0 : reader.GetInt64(3),
                (int)reader.GetInt64(4))
            : new Factors(false, null, false, 0, 0);
    }

    public async Task SetEmailAsync(Did did, bool isOn, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("UPDATE auth.account SET email_factor = $2 WHERE did = $1");
        command.Parameters.AddWithValue(did.Value);
        command.Parameters.AddWithValue(isOn);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Keeps a secret that is not proven yet, in place of another that is not. False when one is proven.</summary>
    public async Task<bool> BeginAsync(Did did, byte[] sealedSecret, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            INSERT INTO auth.authenticator (did, secret) VALUES ($1, $2)
            ON CONFLICT (did) DO UPDATE SET secret = $2, last_step = 0 WHERE authenticator.confirmed_at IS NULL
            """);
        command.Parameters.AddWithValue(did.Value);
        command.Parameters.AddWithValue(sealedSecret);
        return await command.ExecuteNonQueryAsync(cancellationToken) == 1;
    }

    /// <summary>Uses a time step up, so that its code is not good again. False when it was used, or a later one.</summary>
    public async Task<bool> UseStepAsync(Did did, long step, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            UPDATE auth.authenticator SET last_step = $2, confirmed_at = coalesce(confirmed_at, $3)
            WHERE did = $1 AND last_step < $2
            """);
        command.Parameters.AddWithValue(did.Value);
        command.Parameters.AddWithValue(step);
        command.Parameters.AddWithValue(time.GetUtcNow());
        return await command.ExecuteNonQueryAsync(cancellationToken) == 1;
    }

    public async Task SetRecoveryCodesAsync(Did did, byte[][] hashes, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            WITH old AS (DELETE FROM auth.recovery_code WHERE did = $1)
            INSERT INTO auth.recovery_code (did, hash) SELECT $1, hash FROM unnest($2) AS hash
            """);
        command.Parameters.AddWithValue(did.Value);
        command.Parameters.AddWithValue(hashes);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    public async Task<bool> UseRecoveryCodeAsync(Did did, byte[] hash, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("DELETE FROM auth.recovery_code WHERE did = $1 AND hash = $2");
        command.Parameters.AddWithValue(did.Value);
        command.Parameters.AddWithValue(hash);
        return await command.ExecuteNonQueryAsync(cancellationToken) == 1;
    }

    /// <summary>Turns the authenticator off and drops the recovery codes.</summary>
    public async Task RemoveAsync(Did did, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            "WITH codes AS (DELETE FROM auth.recovery_code WHERE did = $1) DELETE FROM auth.authenticator WHERE did = $1");
        command.Parameters.AddWithValue(did.Value);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
