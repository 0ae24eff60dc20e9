using AtProto;
using Npgsql;
using Pds.Modules.Auth.Mail;
using Pds.Xrpc;

namespace Pds.Modules.Auth.Storage;

/// <summary>Codes that were mailed; only their hashes.</summary>
internal sealed class MailedTokenStore(NpgsqlDataSource database, TimeProvider time)
{
    private const int MostTries = 20;

    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(15);

    /// <summary>Makes a code, in place of an earlier one for the same.</summary>
    public async Task<string> CreateAsync(Did did, MailPurpose purpose, CancellationToken cancellationToken)
    {
        var token = MailedToken.New();
        await using var command = database.CreateCommand(
            """
            INSERT INTO auth.mailed_token (did, purpose, hash, created_at) VALUES ($1, $2, $3, $4)
            ON CONFLICT (did, purpose) DO UPDATE SET hash = $3, created_at = $4, tries = 0
            """);
        command.Parameters.AddWithValue(did.Value);
        command.Parameters.AddWithValue((short)purpose);
        command.Parameters.AddWithValue(MailedToken.Hash(purpose, token));
        command.Parameters.AddWithValue(time.GetUtcNow());
        await command.ExecuteNonQueryAsync(cancellationToken);
        return token;
    }

    /// <summary>Uses a code up.</summary>
    /// <param name="did">Whose it is; null for a forgotten password, where who has the code does not say.</param>
    /// <returns>Whose it was.</returns>
    /// <exception cref="XrpcException"><c>InvalidToken</c> or <c>ExpiredToken</c>.</exception>
    public async Task<Did> UseAsync(Did? did, MailPurpose purpose, string token, CancellationToken cancellationToken)
    {
        // A wrong one is counted, so that an account's cannot be guessed at for long.
        await using var command = database.CreateCommand(
            """
            WITH used AS (
                DELETE FROM auth.mailed_token
                WHERE hash = $3 AND purpose = $2 AND ($1 IS NULL OR did = $1) AND tries < $4 RETURNING did, created_at
            ), wrong AS (
                UPDATE auth.mailed_token SET tries = tries + 1
                WHERE did = $1 AND purpose = $2 AND NOT EXISTS (SELECT FROM used)
            )
            SELECT did, created_at FROM used
            """);
        command.Parameters.AddText(did?.Value);
        command.Parameters.AddWithValue((short)purpose);
        command.Parameters.AddWithValue(MailedToken.Hash(purpose, token));
        command.Parameters.AddWithValue(MostTries);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        if (!await reader.ReadAsync(cancellationToken))
        {
            throw XrpcErrors.InvalidToken("Token is invalid");
        }

        return reader.GetFieldValue<DateTimeOffset>(1) + Lifetime >= time.GetUtcNow()
            ? Did.Parse(reader.GetString(0))
            : throw XrpcErrors.ExpiredToken("Token is expired");
    }
}
