using System.Buffers.Text;
using AtProto;
using Microsoft.AspNetCore.Identity;
using Npgsql;
using Pds.Contracts.Auth;

namespace Pds.Modules.Auth.Storage;

/// <summary>The public half of passkeys.</summary>
internal sealed class PasskeyStore(NpgsqlDataSource database, TimeProvider time)
{
    private const int MostPerAccount = 20;

    private const string Columns =
        "SELECT credential_id, public_key, created_at, sign_count, transports, backup_eligible, backed_up FROM auth.passkey";

    /// <summary>Keeps a new passkey; null when it is known already, or the account has too many.</summary>
    public async Task<PasskeySummary?> AddAsync(
        Did did, string userId, UserPasskeyInfo passkey, string name, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        await using var command = database.CreateCommand(
            """
            INSERT INTO auth.passkey (
                credential_id, did, user_id, public_key, sign_count, transports, backup_eligible, backed_up, name, created_at)
            SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10 WHERE (SELECT count(*) FROM auth.passkey WHERE did = $2) < $11
            ON CONFLICT DO NOTHING
            """);
        command.Parameters.AddWithValue(passkey.CredentialId);
        command.Parameters.AddWithValue(did.Value);
        command.Parameters.AddWithValue(userId);
        command.Parameters.AddWithValue(passkey.PublicKey);
        command.Parameters.AddWithValue((long)passkey.SignCount);
        command.Parameters.AddWithValue(passkey.Transports ?? []);
        command.Parameters.AddWithValue(passkey.IsBackupEligible);
        command.Parameters.AddWithValue(passkey.IsBackedUp);
        command.Parameters.AddWithValue(name);
        command.Parameters.AddWithValue(now);
        command.Parameters.AddWithValue(MostPerAccount);
        return await command.ExecuteNonQueryAsync(cancellationToken) == 1
            ? new PasskeySummary(Base64Url.EncodeToString(passkey.CredentialId), name, now, null)
            : null;
    }

    /// <summary>Notes a use; false when another use with the same count, or a later one, came before: a copy is about.</summary>
    public async Task<bool> UseAsync(Did did, UserPasskeyInfo passkey, CancellationToken cancellationToken)
    {
        // Authenticators that do not count always say zero (WebAuthn 3, section 6.1.1).
        await using var command = database.CreateCommand(
            """
            UPDATE auth.passkey SET sign_count = $3, backed_up = $4, last_used_at = $5
            WHERE credential_id = $1 AND did = $2 AND (sign_count < $3 OR (sign_count = 0 AND $3 = 0))
            """);
        command.Parameters.AddWithValue(passkey.CredentialId);
        command.Parameters.AddWithValue(did.Value);
        command.Parameters.AddWithValue((long)passkey.SignCount);
        command.Parameters.AddWithValue(passkey.IsBackedUp);
        command.Parameters.AddWithValue(time.GetUtcNow());
        return await command.ExecuteNonQueryAsync(cancellationToken) == 1;
    }

    public async Task<IReadOnlyList<PasskeySummary>> ListAsync(Did did, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            "SELECT credential_id, name, created_at, last_used_at FROM auth.passkey WHERE did = $1 ORDER BY created_at");
        command.Parameters.AddWithValue(did.Value);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var found = new List<PasskeySummary>();
        while (await reader.ReadAsync(cancellationToken))
        {
            found.Add(new PasskeySummary(
                Base64Url.EncodeToString(reader.GetFieldValue<byte[]>(0)),
                reader.GetString(1),
                reader.GetFieldValue<DateTimeOffset>(2),
                reader.IsDBNull(3) ? null : reader.GetFieldValue<DateTimeOffset>(3)));
        }

        return found;
    }

    public async Task<bool> RemoveAsync(Did did, byte[] credentialId, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("DELETE FROM auth.passkey WHERE did = $1 AND credential_id = $2");
        command.Parameters.AddWithValue(did.Value);
        command.Parameters.AddWithValue(credentialId);
        return await command.ExecuteNonQueryAsync(cancellationToken) > 0;
    }

    /// <summary>Whose passkeys an authenticator means.</summary>
    public async Task<Did?> FindOwnerAsync(string userId, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("SELECT did FROM auth.passkey WHERE user_id = $1 LIMIT 1");
        command.Parameters.AddWithValue(userId);
        return await command.ExecuteScalarAsync(cancellationToken) is string did ? Did.Parse(did) : null;
    }

    /// <summary>Whose passkey this is.</summary>
    public async Task<Did?> FindOwnerAsync(byte[] credentialId, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("SELECT did FROM auth.passkey WHERE credential_id = $1");
        command.Parameters.AddWithValue(credentialId);
        return await command.ExecuteScalarAsync(cancellationToken) is string did ? Did.Parse(did) : null;
    }

    public async Task<List<UserPasskeyInfo>> GetAllAsync(Did did, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand($"{Columns} WHERE did = $1");
        command.Parameters.AddWithValue(did.Value);
        return await ReadAsync(command, cancellationToken);
    }

    public async Task<UserPasskeyInfo?> FindAsync(Did did, byte[] credentialId, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand($"{Columns} WHERE did = $1 AND credential_id = $2");
        command.Parameters.AddWithValue(did.Value);
        command.Parameters.AddWithValue(credentialId);
        return (await ReadAsync(command, cancellationToken)).FirstOrDefault();
    }

    private static async Task<List<UserPasskeyInfo>> ReadAsync(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var found = new List<UserPasskeyInfo>();
        while (await reader.ReadAsync(cancellationToken))
        {
            // What an authenticator said of itself when it made the key is looked at then, and not kept.
            found.Add(new UserPasskeyInfo(
                reader.GetFieldValue<byte[]>(0),
                reader.GetFieldValue<byte[]>(1),
                reader.GetFieldValue<DateTimeOffset>(2),
                (uint)reader.GetInt64(3),
                reader.GetFieldValue<string[]>(4),
                isUserVerified: true,
                reader.GetBoolean(5),
                reader.GetBoolean(6),
                attestationObject: [],
                clientDataJson: []));
        }

        return found;
    }
}
