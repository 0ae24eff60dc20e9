using AtProto;
using Npgsql;
using Pds.Modules.Auth.Storage;

namespace Pds.Modules.Auth.OAuth.Sessions;

/// <summary>The rows of authorization requests. Each step is one statement that checks what it relies on.</summary>
public sealed class RequestStore(NpgsqlDataSource database, TimeProvider time)
{
    /// <summary>How long a request waits, each time that it is opened, and how long a code does.</summary>
    internal static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(5);

    private const string Columns =
        "id, client_id, parameters, dpop_jkt, client_key, pushed_at, expires_at, device_id, did, granted_scope, denied, code IS NOT NULL";

    // What a browser may still change: its own request, in time, and not answered with a code.
    private const string IsOpen = "id = $1 AND client_id = $2 AND device_id = $3 AND expires_at > $4 AND code IS NULL";

    internal async Task AddAsync(StoredRequest request, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            INSERT INTO auth.oauth_request (id, client_id, parameters, dpop_jkt, client_key, pushed_at, expires_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7)
            """);
        command.Parameters.AddWithValue(request.Id);
        command.Parameters.AddWithValue(request.ClientId);
        command.Parameters.AddWithValue(request.Parameters);
        command.Parameters.AddText(request.DpopJkt);
        command.Parameters.AddText(request.ClientKey);
        command.Parameters.AddWithValue(request.PushedAt);
        command.Parameters.AddWithValue(request.ExpiresAt);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>A request whatever has become of it; null when there was none, or too long ago.</summary>
    internal Task<StoredRequest?> FindAsync(byte[] id, CancellationToken cancellationToken) =>
        ReadAsync($"SELECT {Columns} FROM auth.oauth_request WHERE id = $1", [new NpgsqlParameter<byte[]> { TypedValue = id }], cancellationToken);

    /// <summary>A request that may be answered in this browser; null when it is another's, used, denied or expired.</summary>
    internal Task<StoredRequest?> FindOpenAsync(byte[] id, string clientId, string deviceId, CancellationToken cancellationToken) =>
        ReadAsync(
            $"SELECT {Columns} FROM auth.oauth_request WHERE {IsOpen} AND NOT denied",
            Key(id, clientId, deviceId), cancellationToken);

    /// <summary>Binds a request to the browser that opens it first, and lets it wait anew. Null when it is not this browser's to open.</summary>
    internal Task<StoredRequest?> OpenAsync(byte[] id, string clientId, string deviceId, CancellationToken cancellationToken) =>
        ReadAsync(
            $"""
            UPDATE auth.oauth_request SET device_id = $3, expires_at = $5
            WHERE id = $1 AND client_id = $2 AND coalesce(device_id, $3) = $3 AND expires_at > $4 AND code IS NULL
            RETURNING {Columns}
            """,
            [.. Key(id, clientId, deviceId), new NpgsqlParameter<DateTimeOffset> { TypedValue = time.GetUtcNow() + Lifetime }],
            cancellationToken);

    /// <summary>Sets who answers; what another had granted is undone.</summary>
    internal Task<bool> ChooseAsync(byte[] id, string clientId, string deviceId, Did did, CancellationToken cancellationToken) =>
        ChangeAsync(
            $"UPDATE auth.oauth_request SET did = $5, granted_scope = NULL WHERE {IsOpen} AND NOT denied",
            [.. Key(id, clientId, deviceId), Text(did.Value)], cancellationToken);

    internal Task<bool> ApproveAsync(
        byte[] id, string clientId, string deviceId, Did did, string scope, CancellationToken cancellationToken) =>
        ChangeAsync(
            $"UPDATE auth.oauth_request SET granted_scope = $6 WHERE {IsOpen} AND NOT denied AND did = $5",
            [.. Key(id, clientId, deviceId), Text(did.Value), Text(scope)], cancellationToken);

    internal Task<bool> DenyAsync(byte[] id, string clientId, string deviceId, CancellationToken cancellationToken) =>
        ChangeAsync($"UPDATE auth.oauth_request SET denied = true WHERE {IsOpen}", Key(id, clientId, deviceId), cancellationToken);

    /// <summary>Uses a request up: it becomes a code. Once; false for whoever comes second, or too late.</summary>
    /// <param name="code">The hash of the code.</param>
    internal Task<bool> CompleteAsync(
        byte[] id, string clientId, string deviceId, Did did, string scope, byte[] code, CancellationToken cancellationToken) =>
        ChangeAsync(
            $"UPDATE auth.oauth_request SET did = $5, granted_scope = $6, code = $7, expires_at = $8 WHERE {IsOpen} AND NOT denied",
            [
                .. Key(id, clientId, deviceId), Text(did.Value), Text(scope), new NpgsqlParameter<byte[]> { TypedValue = code },
                new NpgsqlParameter<DateTimeOffset> { TypedValue = time.GetUtcNow() + Lifetime },
            ],
            cancellationToken);

    /// <summary>The request that a code was made for.</summary>
    internal Task<StoredRequest?> FindByCodeAsync(byte[] code, CancellationToken cancellationToken) =>
        ReadAsync(
            $"SELECT {Columns} FROM auth.oauth_request WHERE code = $1",
            [new NpgsqlParameter<byte[]> { TypedValue = code }], cancellationToken);

    internal Task<bool> DeleteAsync(byte[] id, CancellationToken cancellationToken) =>
        ChangeAsync(
            "DELETE FROM auth.oauth_request WHERE id = $1",
            [new NpgsqlParameter<byte[]> { TypedValue = id }], cancellationToken);

    /// <summary>Deletes what expired before a time.</summary>
    internal Task DeleteExpiredAsync(DateTimeOffset before, CancellationToken cancellationToken) =>
        ChangeAsync(
            "DELETE FROM auth.oauth_request WHERE expires_at < $1",
            [new NpgsqlParameter<DateTimeOffset> { TypedValue = before }], cancellationToken);

    private NpgsqlParameter[] Key(byte[] id, string clientId, string deviceId) =>
    [
        new NpgsqlParameter<byte[]> { TypedValue = id }, Text(clientId), Text(deviceId),
        new NpgsqlParameter<DateTimeOffset> { TypedValue = time.GetUtcNow() },
    ];

    private static NpgsqlParameter<string> Text(string value) => new() { TypedValue = value };

    private async Task<bool> ChangeAsync(string sql, NpgsqlParameter[] parameters, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(sql);
        command.Parameters.AddRange(parameters);
        return await command.ExecuteNonQueryAsync(cancellationToken) > 0;
    }

    private async Task<StoredRequest?> ReadAsync(string sql, NpgsqlParameter[] parameters, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(sql);
        command.Parameters.AddRange(parameters);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return !await reader.ReadAsync(cancellationToken) ? null : new StoredRequest(
            reader.GetFieldValue<byte[]>(0),
            reader.GetString(1),
            reader.GetString(2),
            Optional(reader, 3),
            Optional(reader, 4),
            reader.GetFieldValue<DateTimeOffset>(5),
            reader.GetFieldValue<DateTimeOffset>(6),
            Optional(reader, 7),
            Optional(reader, 8) is { } did ? Did.Parse(did) : null,
            Optional(reader, 9),
            reader.GetBoolean(10),
            reader.GetBoolean(11));
    }

    private static string? Optional(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);
}
