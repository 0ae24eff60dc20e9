using AtProto;
using Npgsql;
using Pds.Contracts.Auth;
using Pds.Modules.Auth.Devices;

namespace Pds.Modules.Auth.Storage;

/// <summary>Browsers and the accounts signed in with them.</summary>
internal sealed class DeviceStore(NpgsqlDataSource database)
{
    public async Task<Device?> FindAsync(string id, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            "SELECT generation, rotated_at, user_agent, address FROM auth.device WHERE id = $1");
        command.Parameters.AddWithValue(id);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? new Device(id, reader.GetInt32(0), reader.GetFieldValue<DateTimeOffset>(1), reader.GetString(2), reader.GetString(3))
            : null;
    }

    public async Task AddAsync(Device device, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            "INSERT INTO auth.device (id, generation, rotated_at, user_agent, address) VALUES ($1, $2, $3, $4, $5)");
        AddParameters(command, device);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Moves a device on to its next generation, unless it is there already.</summary>
    public async Task RotateAsync(Device next, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            UPDATE auth.device SET generation = $2, rotated_at = $3, user_agent = $4, address = $5
            WHERE id = $1 AND generation = $2 - 1
            """);
        AddParameters(command, next);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    public async Task DeleteAsync(string id, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("DELETE FROM auth.device WHERE id = $1");
        command.Parameters.AddWithValue(id);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Who is signed in with a browser, the latest first.</summary>
    /// <param name="freshSince">Since when a remembered sign-in needs no password.</param>
    /// <param name="visitSince">Since when a sign-in counts that is not remembered.</param>
    public async Task<List<DeviceAccount>> FindAccountsAsync(
        string id, DateTimeOffset freshSince, DateTimeOffset visitSince, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            SELECT account.did, email, email_confirmed_at, deactivated_at, takedown_ref, email_factor, signed_in_at, remembered
            FROM auth.device_account signed_in JOIN auth.account USING (did)
            WHERE device_id = $1 AND (remembered OR signed_in_at > $2) ORDER BY signed_in_at DESC
            """);
        command.Parameters.AddWithValue(id);
        command.Parameters.AddWithValue(visitSince);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var accounts = new List<DeviceAccount>();
        while (await reader.ReadAsync(cancellationToken))
        {
            var signedInAt = reader.GetFieldValue<DateTimeOffset>(6);
            accounts.Add(new DeviceAccount(
                AccountStore.ReadAccount(reader), signedInAt, IsFresh: signedInAt > freshSince, reader.GetBoolean(7)));
        }

        return accounts;
    }

    public async Task SignInAsync(
        string id, Did did, bool remember, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            INSERT INTO auth.device_account (device_id, did, remembered, signed_in_at)
            SELECT id, $2, $3, $4 FROM auth.device WHERE id = $1
            ON CONFLICT (device_id, did) DO UPDATE SET remembered = $3, signed_in_at = $4
            """);
        command.Parameters.AddWithValue(id);
        command.Parameters.AddWithValue(did.Value);
        command.Parameters.AddWithValue(remember);
        command.Parameters.AddWithValue(now);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    public async Task SignOutAsync(string id, Did? did, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            "DELETE FROM auth.device_account WHERE device_id = $1 AND ($2 IS NULL OR did = $2)");
        command.Parameters.AddWithValue(id);
        command.Parameters.AddText(did?.Value);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    public async Task SignOutElsewhereAsync(Did did, string? exceptId, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            "DELETE FROM auth.device_account WHERE did = $1 AND ($2 IS NULL OR device_id <> $2)");
        command.Parameters.AddWithValue(did.Value);
        command.Parameters.AddText(exceptId);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>The browsers in which an account is signed in, the latest first.</summary>
    public async Task<List<DeviceSummary>> ListAsync(Did did, DateTimeOffset visitSince, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            SELECT id, user_agent, address, signed_in_at, greatest(rotated_at, signed_in_at)
            FROM auth.device_account JOIN auth.device ON id = device_id
            WHERE did = $1 AND (remembered OR signed_in_at > $2) ORDER BY 5 DESC
            """);
        command.Parameters.AddWithValue(did.Value);
        command.Parameters.AddWithValue(visitSince);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var devices = new List<DeviceSummary>();
        while (await reader.ReadAsync(cancellationToken))
        {
            devices.Add(new DeviceSummary(
                reader.GetString(0),
                reader.GetString(1),
                reader.GetString(2),
                reader.GetFieldValue<DateTimeOffset>(3),
                reader.GetFieldValue<DateTimeOffset>(4)));
        }

        return devices;
    }

    /// <summary>Forgets browsers that nobody is signed in with, and such that were not seen for long.</summary>
    public async Task SweepAsync(DateTimeOffset idleBefore, DateTimeOffset unusedBefore, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            DELETE FROM auth.device WHERE rotated_at < $1
               OR (rotated_at < $2 AND NOT EXISTS (SELECT FROM auth.device_account WHERE device_id = id))
            """);
        command.Parameters.AddWithValue(idleBefore);
        command.Parameters.AddWithValue(unusedBefore);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static void AddParameters(NpgsqlCommand command, Device device)
    {
        command.Parameters.AddWithValue(device.Id);
        command.Parameters.AddWithValue(device.Generation);
        command.Parameters.AddWithValue(device.RotatedAt);
        command.Parameters.AddWithValue(device.UserAgent);
        command.Parameters.AddWithValue(device.Address);
    }
}
