using AtProto;
using Npgsql;
using Pds.Contracts.Auth;
using Pds.Modules.Auth.Accounts;

namespace Pds.Modules.Auth.Storage;

/// <summary>The accounts of this server.</summary>
public sealed class AccountStore(NpgsqlDataSource database)
{
    public async Task<Account?> FindAsync(Did did, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            "SELECT did, email, email_confirmed_at, deactivated_at, takedown_ref, email_factor FROM auth.account WHERE did = $1");
        command.Parameters.AddWithValue(did.Value);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? ReadAccount(reader) : null;
    }

    /// <summary>What is needed to check a password of an account.</summary>
    /// <param name="appPasswordHash">If what was typed may be an app password: its hash for this account.</param>
    internal Task<Login?> FindLoginAsync(Did did, byte[]? appPasswordHash, CancellationToken cancellationToken) =>
        FindLoginAsync("account.did = $1", did.Value, appPasswordHash, cancellationToken);

    /// <param name="email">In lower case.</param>
    internal Task<Login?> FindLoginAsync(string email, byte[]? appPasswordHash, CancellationToken cancellationToken) =>
        FindLoginAsync("account.email = $1", email, appPasswordHash, cancellationToken);

    internal async Task SetPasswordAsync(Did did, string password, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("UPDATE auth.account SET password = $2 WHERE did = $1");
        command.Parameters.AddWithValue(did.Value);
        command.Parameters.AddWithValue(password);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Sets a new password and ends every legacy session of the account.</summary>
    internal async Task ReplacePasswordAsync(Did did, string password, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            "WITH ended AS (DELETE FROM auth.refresh_token WHERE did = $1) UPDATE auth.account SET password = $2 WHERE did = $1");
        command.Parameters.AddWithValue(did.Value);
        command.Parameters.AddWithValue(password);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Ends every legacy session of the account.</summary>
    internal async Task EndSessionsAsync(Did did, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("DELETE FROM auth.refresh_token WHERE did = $1");
        command.Parameters.AddWithValue(did.Value);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Changes the address, which is not confirmed then, and drops all mailed codes. False when another account has it.</summary>
    internal async Task<bool> TrySetEmailAsync(Did did, string email, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            WITH dropped AS (DELETE FROM auth.mailed_token WHERE did = $1)
            UPDATE auth.account SET email = $2, email_confirmed_at = NULL, email_factor = false WHERE did = $1
            """);
        command.Parameters.AddWithValue(did.Value);
        command.Parameters.AddWithValue(email);
        try
        {
            await command.ExecuteNonQueryAsync(cancellationToken);
            return true;
        }
        catch (PostgresException failure) when (failure.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            return false;
        }
    }

    internal async Task ConfirmEmailAsync(Did did, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("UPDATE auth.account SET email_confirmed_at = $2 WHERE did = $1");
        command.Parameters.AddWithValue(did.Value);
        command.Parameters.AddWithValue(now);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Notes that an account is deactivated, with all app passwords gone, or active again.</summary>
    /// <param name="deactivatedAt">Null for active.</param>
    /// <param name="deleteAfter">When the owner wants it deleted.</param>
    internal async Task SetDeactivatedAsync(
        Did did, DateTimeOffset? deactivatedAt, DateTimeOffset? deleteAfter, bool dropAppPasswords, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            WITH dropped AS (DELETE FROM auth.app_password WHERE did = $1 AND $4)
            UPDATE auth.account SET deactivated_at = $2, delete_after = $3 WHERE did = $1
            """);
        command.Parameters.AddWithValue(did.Value);
        command.Parameters.AddTime(deactivatedAt);
        command.Parameters.AddTime(deleteAfter);
        command.Parameters.AddWithValue(dropAppPasswords);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Reads the columns did, email, email_confirmed_at, deactivated_at, takedown_ref and email_factor.</summary>
    internal static Account ReadAccount(NpgsqlDataReader reader) => new(
        Did.Parse(reader.GetString(0)),
        reader.GetString(1),
        EmailConfirmed: !reader.IsDBNull(2),
        !reader.IsDBNull(4) ? AccountStatus.Takendown
        : !reader.IsDBNull(3) ? AccountStatus.Deactivated
        : AccountStatus.Active,
        HasEmailFactor: reader.GetBoolean(5) && !reader.IsDBNull(2));

    private async Task<Login?> FindLoginAsync(
        string condition, string key, byte[]? appPasswordHash, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            $"""
            SELECT account.did, email, email_confirmed_at, deactivated_at, takedown_ref, email_factor, password, app.name, app.privileged
            FROM auth.account LEFT JOIN auth.app_password app ON app.did = account.did AND app.hash = $2
            WHERE {condition}
            """);
        command.Parameters.AddWithValue(key);
        command.Parameters.AddWithValue(appPasswordHash ?? []);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken))
        {
            return null;
        }

        return new Login(
            ReadAccount(reader),
            reader.IsDBNull(6) ? null : reader.GetString(6),
            reader.IsDBNull(7) ? null : new AppPassword(reader.GetString(7), reader.GetBoolean(8)));
    }
}
