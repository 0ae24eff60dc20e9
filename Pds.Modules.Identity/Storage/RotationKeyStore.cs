using AtProto;
using Npgsql;

namespace Pds.Modules.Identity.Storage;

/// <summary>The rotation keys that owners have said to be theirs; they go with the account.</summary>
public sealed class RotationKeyStore(NpgsqlDataSource database)
{
    // What nobody would have, and no page could show.
    private const int Most = 32;

    public async Task<HashSet<string>> ListAsync(Did did, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("SELECT did_key FROM identity.rotation_key WHERE did = $1");
        command.Parameters.AddWithValue(did.Value);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var keys = new HashSet<string>(StringComparer.Ordinal);
        while (await reader.ReadAsync(cancellationToken))
        {
            keys.Add(reader.GetString(0));
        }

        return keys;
    }

    public async Task AddAsync(Did did, string key, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            INSERT INTO identity.rotation_key (did, did_key)
            SELECT $1, $2 WHERE (SELECT count(*) FROM identity.rotation_key WHERE did = $1) < $3 ON CONFLICT DO NOTHING
            """);
        command.Parameters.AddWithValue(did.Value);
        command.Parameters.AddWithValue(key);
        command.Parameters.AddWithValue(Most);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    public async Task RemoveAsync(Did did, string key, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("DELETE FROM identity.rotation_key WHERE did = $1 AND did_key = $2");
        command.Parameters.AddWithValue(did.Value);
        command.Parameters.AddWithValue(key);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
