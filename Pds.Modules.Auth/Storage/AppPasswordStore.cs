using AtProto;
using Npgsql;
using Pds.Modules.Auth.Accounts;

namespace Pds.Modules.Auth.Storage;

/// <summary>The app passwords of accounts.</summary>
internal sealed class AppPasswordStore(NpgsqlDataSource database)
{
    /// <summary>False when the account has one of that name.</summary>
    public async Task<bool> TryAddAsync(Did did, StoredAppPassword password, byte[] hash, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            INSERT INTO auth.app_password (did, name, hash, privileged, created_at) VALUES ($1, $2, $3, $4, $5)
            ON CONFLICT DO NOTHING
            """);
        command.Parameters.AddWithValue(did.Value);
        command.Parameters.AddWithValue(password.Name);
        command.Parameters.AddWithValue(hash);
        command.Parameters.AddWithValue(password.Privileged);
        command.Parameters.AddWithValue(password.CreatedAt);
        return await command.ExecuteNonQueryAsync(cancellationToken) == 1;
    }

    public async Task<long> CountAsync(Did did, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("SELECT count(*) FROM auth.app_password WHERE did = $1");
        command.Parameters.AddWithValue(did.Value);
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>Newest first.</summary>
    public async Task<List<StoredAppPassword>> ListAsync(Did did, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            "SELECT name, created_at, privileged FROM auth.app_password WHERE did = $1 ORDER BY created_at DESC, name");
        command.Parameters.AddWithValue(did.Value);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var passwords = new List<StoredAppPassword>();
        while (await reader.ReadAsync(cancellationToken))
        {
            passwords.Add(new(reader.GetString(0), reader.GetFieldValue<DateTimeOffset>(1), reader.GetBoolean(2)));
        }

        return passwords;
    }

    /// <summary>Whether an account has app passwords whose hash is still that of the server that it was taken over from.</summary>
    public async Task<bool> HasTakenOverAsync(Did did, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            $"SELECT EXISTS (SELECT FROM auth.app_password WHERE did = $1 AND octet_length(hash) = {ScryptHash.Length})");
        command.Parameters.AddWithValue(did.Value);
        return (bool)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>Replaces the hash of an app password; null when the account has none with that hash.</summary>
    public async Task<AppPassword?> ReplaceHashAsync(Did did, byte[] hash, byte[] newHash, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            "UPDATE auth.app_password SET hash = $3 WHERE did = $1 AND hash = $2 RETURNING name, privileged");
        command.Parameters.AddWithValue(did.Value);
        command.Parameters.AddWithValue(hash);
        command.Parameters.AddWithValue(newHash);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken) ? new AppPassword(reader.GetString(0), reader.GetBoolean(1)) : null;
    }

    /// <summary>Its sessions go with it.</summary>
    public async Task RemoveAsync(Did did, string name, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("DELETE FROM auth.app_password WHERE did = $1 AND name = $2");
        command.Parameters.AddWithValue(did.Value);
        command.Parameters.AddWithValue(name);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}

/// <summary>What is known of an app password once it was shown.</summary>
internal sealed record StoredAppPassword(string Name, DateTimeOffset CreatedAt, bool Privileged);
