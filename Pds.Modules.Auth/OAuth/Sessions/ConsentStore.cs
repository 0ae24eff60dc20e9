using AtProto;
using Npgsql;

namespace Pds.Modules.Auth.OAuth.Sessions;

/// <summary>The scopes that accounts have granted apps before.</summary>
public sealed class ConsentStore(NpgsqlDataSource database, TimeProvider time)
{
    /// <summary>Empty when the account has agreed to nothing yet.</summary>
    internal async Task<string[]> FindAsync(Did did, string clientId, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            "SELECT scopes FROM auth.oauth_consent WHERE did = $1 AND client_id = $2");
        command.Parameters.AddWithValue(did.Value);
        command.Parameters.AddWithValue(clientId);
        return (string[]?)await command.ExecuteScalarAsync(cancellationToken) ?? [];
    }

    /// <summary>Adds to what an account has agreed to.</summary>
    internal async Task AddAsync(Did did, string clientId, IReadOnlyCollection<string> scopes, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            INSERT INTO auth.oauth_consent AS known (did, client_id, scopes, granted_at) VALUES ($1, $2, $3, $4)
            ON CONFLICT (did, client_id) DO UPDATE SET granted_at = excluded.granted_at,
                scopes = ARRAY(SELECT DISTINCT unnest(known.scopes || excluded.scopes))
            """);
        command.Parameters.AddWithValue(did.Value);
        command.Parameters.AddWithValue(clientId);
        command.Parameters.AddWithValue(scopes.ToArray());
        command.Parameters.AddWithValue(time.GetUtcNow());
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
