using Npgsql;

namespace Pds.Modules.Auth.Storage;

/// <summary>Invite codes.</summary>
internal sealed class InviteStore(NpgsqlDataSource database, TimeProvider time)
{
    /// <summary>Adds codes given out by the administrator.</summary>
    /// <param name="codes">The codes, and beside each in <paramref name="owners"/> whose it is.</param>
    public async Task AddAsync(string[] codes, string[] owners, int uses, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            INSERT INTO auth.invite_code (code, available_uses, for_account, created_by, created_at)
            SELECT code, $3, owner, 'admin', $4 FROM unnest($1, $2) AS new (code, owner)
            """);
        command.Parameters.AddWithValue(codes);
        command.Parameters.AddWithValue(owners);
        command.Parameters.AddWithValue(uses);
        command.Parameters.AddWithValue(time.GetUtcNow());
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
