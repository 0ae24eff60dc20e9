using AtProto;
using Npgsql;

namespace Pds.Modules.Auth.Storage;

/// <summary>Accounts on their way out: those whose time has come, and those of which other modules may still have something.</summary>
internal sealed class AccountDeletionStore(NpgsqlDataSource database, TimeProvider time)
{
    // Longer than finishing takes, whatever the clocks of the replicas say.
    private static readonly TimeSpan AbandonedAfter = TimeSpan.FromMinutes(2);

    /// <summary>Deletes all that this module has of an account, and notes that the others have to follow.</summary>
    /// <param name="ifExpired">Only if it is deactivated and its time has come.</param>
    /// <returns>Whether there was such an account.</returns>
    public async Task<bool> BeginAsync(Did did, bool ifExpired, CancellationToken cancellationToken)
    {
        // Invite codes keep their uses by others; administrators are accounted for without what they said of the account. An
        // ended session's id is needed until its last access token has run out.
        await using var command = database.CreateCommand(
            """
            WITH gone AS (
                DELETE FROM auth.account
                WHERE did = $1 AND (NOT $3 OR (deactivated_at IS NOT NULL AND delete_after <= $2)) RETURNING did, email
            ), used AS (
                DELETE FROM auth.invite_code_use USING gone WHERE used_by = gone.did
            ), code AS (
                UPDATE auth.invite_code AS code
                SET disabled = true, for_account = 'deleted',
                    created_by = CASE WHEN code.created_by = gone.did THEN 'deleted' ELSE code.created_by END
                FROM gone WHERE code.for_account = gone.did
            ), mail AS (
                DELETE FROM auth.mail USING gone WHERE recipient = gone.email
            ), audit AS (
                UPDATE auth.audit SET detail = NULL FROM gone WHERE subject = gone.did
            ), session AS (
                UPDATE auth.revoked_session AS session SET did = '' FROM gone WHERE session.did = gone.did
            )
            INSERT INTO auth.account_deletion (did, worked_at) SELECT did, $2 FROM gone
            """);
        command.Parameters.AddWithValue(did.Value);
        command.Parameters.AddWithValue(time.GetUtcNow());
        command.Parameters.AddWithValue(ifExpired);
        return await command.ExecuteNonQueryAsync(cancellationToken) > 0;
    }

    /// <summary>Notes that nothing is left.</summary>
    public async Task EndAsync(Did did, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("DELETE FROM auth.account_deletion WHERE did = $1");
        command.Parameters.AddWithValue(did.Value);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Takes over a deletion that nobody works on any more; null when there is none.</summary>
    public async Task<Did?> TakeAbandonedAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        await using var command = database.CreateCommand(
            """
            UPDATE auth.account_deletion SET worked_at = $1
            WHERE did = (
                SELECT did FROM auth.account_deletion WHERE worked_at < $2 ORDER BY worked_at LIMIT 1 FOR UPDATE SKIP LOCKED)
            RETURNING did
            """);
        command.Parameters.AddWithValue(now);
        command.Parameters.AddWithValue(now - AbandonedAfter);
        return await command.ExecuteScalarAsync(cancellationToken) is string did ? Did.Parse(did) : null;
    }

    /// <summary>Deactivated accounts whose time has come.</summary>
    public async Task<List<Did>> ListExpiredAsync(int limit, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            SELECT did FROM auth.account
            WHERE delete_after <= $1 AND deactivated_at IS NOT NULL ORDER BY delete_after LIMIT $2
            """);
        command.Parameters.AddWithValue(time.GetUtcNow());
        command.Parameters.AddWithValue(limit);
        var dids = new List<Did>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            dids.Add(Did.Parse(reader.GetString(0)));
        }

        return dids;
    }
}
