using AtProto;
using Npgsql;
using NpgsqlTypes;
using Pds.Xrpc;

namespace Pds.Modules.Proxy.Storage;

/// <summary>The rows of preferences.</summary>
public sealed class PreferenceStore(NpgsqlDataSource database)
{
    /// <summary>An array of preferences in JSON; null when the account has never set any.</summary>
    public async Task<string?> FindAsync(Did did, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("SELECT items::text FROM proxy.preference WHERE did = $1");
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = did.Value });
        return (string?)await command.ExecuteScalarAsync(cancellationToken);
    }

    /// <summary>Replaces an account's preferences.</summary>
    /// <param name="items">An array in JSON.</param>
    /// <param name="kept">The type that stays as it was set before, in front of these; null when none does.</param>
    /// <exception cref="XrpcException">The JSON has what the database cannot keep.</exception>
    public async Task ReplaceAsync(Did did, string items, string? kept, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            INSERT INTO proxy.preference AS old (did, items) VALUES ($1, $2)
            ON CONFLICT (did) DO UPDATE SET items = jsonb_path_query_array(
                old.items, '$[*] ? (@."$type" == $kept)', jsonb_build_object('kept', $3)) || EXCLUDED.items
            """);
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = did.Value });
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = items, NpgsqlDbType = NpgsqlDbType.Jsonb });
        command.Parameters.Add(new NpgsqlParameter<string?> { TypedValue = kept, NpgsqlDbType = NpgsqlDbType.Text });
        try
        {
            await command.ExecuteNonQueryAsync(cancellationToken);
        }
        catch (PostgresException failure) when (failure.SqlState == PostgresErrorCodes.UntranslatableCharacter)
        {
            throw XrpcErrors.InvalidRequest("Preferences must not contain the character U+0000");
        }
    }

    /// <summary>Removes all of an account's preferences.</summary>
    public async Task DeleteAsync(Did did, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("DELETE FROM proxy.preference WHERE did = $1");
        command.Parameters.Add(new NpgsqlParameter<string> { TypedValue = did.Value });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
