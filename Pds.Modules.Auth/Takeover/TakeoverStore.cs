using AtProto;
using Npgsql;
using NpgsqlTypes;
using Pds.Contracts.Auth;
using Pds.Modules.Auth.OAuth.Sessions;
using Pds.Modules.Auth.Storage;

namespace Pds.Modules.Auth.Takeover;

/// <summary>Writes accounts that come with all that hangs on them.</summary>
internal sealed class TakeoverStore(NpgsqlDataSource database)
{
    public async Task<HashSet<Did>> ListAsync(CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand("SELECT did FROM auth.account");
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var dids = new HashSet<Did>();
        while (await reader.ReadAsync(cancellationToken))
        {
            dids.Add(Did.Parse(reader.GetString(0)));
        }

        return dids;
    }

    /// <summary>Adds all of it or nothing; false when the account is there.</summary>
    public async Task<bool> AddAsync(
        TakenOverAccount account,
        string password,
        IReadOnlyList<(TakenOverAppPassword Password, byte[] Hash)> appPasswords,
        IReadOnlyList<(OAuthSession Session, byte[] Code, byte[] RefreshToken)> grants,
        CancellationToken cancellationToken)
    {
        // One batch is one transaction.
        await using var batch = database.CreateBatch();
        batch.BatchCommands.Add(AddAccount(account, password));
        AddAppPasswords(batch, account.Did, appPasswords);
        AddSessions(batch, account);
        foreach (var (session, code, refreshToken) in grants)
        {
            batch.BatchCommands.Add(AddGrant(session, code, refreshToken));
        }

        foreach (var consent in account.Consents)
        {
            var command = new NpgsqlBatchCommand(
                """
                INSERT INTO auth.oauth_consent (did, client_id, scopes, granted_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING
                """);
            command.Parameters.AddWithValue(account.Did.Value);
            command.Parameters.AddWithValue(consent.ClientId);
            command.Parameters.AddWithValue(consent.Scopes.ToArray());
            command.Parameters.AddWithValue(consent.GrantedAt);
            batch.BatchCommands.Add(command);
        }

        try
        {
            await batch.ExecuteNonQueryAsync(cancellationToken);
            return true;
        }
        catch (PostgresException failure) when (failure.ConstraintName == "account_pkey")
        {
            return false;
        }
        catch (PostgresException failure) when (failure.ConstraintName == "account_email")
        {
            throw new InvalidOperationException("Another account has its e-mail address.", failure);
        }
    }

    public async Task<int> AddInvitesAsync(IReadOnlyList<TakenOverInvite> invites, CancellationToken cancellationToken)
    {
        await using var command = database.CreateCommand(
            """
            WITH new AS (
                INSERT INTO auth.invite_code (code, available_uses, used, disabled, for_account, created_by, created_at)
                SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7)
                ON CONFLICT DO NOTHING
                RETURNING code
            ), use AS (
                INSERT INTO auth.invite_code_use (code, used_by, used_at)
                SELECT use.code, used_by, used_at FROM unnest($8, $9, $10) AS use (code, used_by, used_at) JOIN new USING (code)
                ON CONFLICT DO NOTHING
            )
            SELECT count(*) FROM new
            """);
        var uses = invites.SelectMany(invite => invite.Uses.Select(use => (invite.Code, use.Did, use.At))).ToArray();
        command.Parameters.AddWithValue(invites.Select(invite => invite.Code).ToArray());
        command.Parameters.AddWithValue(invites.Select(invite => invite.AvailableUses).ToArray());
        command.Parameters.AddWithValue(invites.Select(invite => invite.Uses.Count).ToArray());
        command.Parameters.AddWithValue(invites.Select(invite => invite.Disabled).ToArray());
        command.Parameters.AddWithValue(invites.Select(invite => invite.ForAccount).ToArray());
        command.Parameters.AddWithValue(invites.Select(invite => invite.CreatedBy).ToArray());
        command.Parameters.AddWithValue(Times, invites.Select(invite => invite.CreatedAt).ToArray());
        command.Parameters.AddWithValue(uses.Select(use => use.Code).ToArray());
        command.Parameters.AddWithValue(uses.Select(use => use.Did).ToArray());
        command.Parameters.AddWithValue(Times, uses.Select(use => use.At).ToArray());
        return (int)(long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    private const NpgsqlDbType Times = NpgsqlDbType.Array | NpgsqlDbType.TimestampTz;

    private static NpgsqlBatchCommand AddAccount(TakenOverAccount account, string password)
    {
        var command = new NpgsqlBatchCommand(
            """
            INSERT INTO auth.account
                (did, email, email_confirmed_at, password, created_at, deactivated_at, delete_after, takedown_ref)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
            """);
        command.Parameters.AddWithValue(account.Did.Value);
        command.Parameters.AddWithValue(account.Email.ToLowerInvariant());
        command.Parameters.AddTime(account.EmailConfirmedAt);
        command.Parameters.AddWithValue(password);
        command.Parameters.AddWithValue(account.CreatedAt);
        command.Parameters.AddTime(account.DeactivatedAt);
        command.Parameters.AddTime(account.DeleteAfter);
        command.Parameters.AddText(account.TakedownRef);
        return command;
    }

    private static void AddAppPasswords(
        NpgsqlBatch batch, Did did, IReadOnlyList<(TakenOverAppPassword Password, byte[] Hash)> appPasswords)
    {
        foreach (var (password, hash) in appPasswords)
        {
            var command = new NpgsqlBatchCommand(
                "INSERT INTO auth.app_password (did, name, hash, privileged, created_at) VALUES ($1, $2, $3, $4, $5)");
            command.Parameters.AddWithValue(did.Value);
            command.Parameters.AddWithValue(password.Name);
            command.Parameters.AddWithValue(hash);
            command.Parameters.AddWithValue(password.Privileged);
            command.Parameters.AddWithValue(password.CreatedAt);
            batch.BatchCommands.Add(command);
        }
    }

    private static void AddSessions(NpgsqlBatch batch, TakenOverAccount account)
    {
        // A session does not outlive its app password.
        var names = account.AppPasswords.Select(password => password.Name).ToHashSet();
        foreach (var session in account.Sessions.Where(session => session.AppPassword is null || names.Contains(session.AppPassword)))
        {
            var command = new NpgsqlBatchCommand(
                """
                INSERT INTO auth.refresh_token (id, did, app_password, next_id, expires_at) VALUES ($1, $2, $3, $4, $5)
                ON CONFLICT DO NOTHING
                """);
            command.Parameters.AddWithValue(session.Id);
            command.Parameters.AddWithValue(account.Did.Value);
            command.Parameters.AddText(session.AppPassword);
            command.Parameters.AddText(session.NextId);
            command.Parameters.AddWithValue(session.ExpiresAt);
            batch.BatchCommands.Add(command);
        }
    }

    private static NpgsqlBatchCommand AddGrant(OAuthSession session, byte[] code, byte[] refreshToken)
    {
        var command = new NpgsqlBatchCommand(
            """
            INSERT INTO auth.oauth_session (id, did, client_id, scope, dpop_jkt, client_key, code, refresh_token, generation,
                created_at, last_used_at, expires_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, $9, $10, $11)
            ON CONFLICT DO NOTHING
            """);
        command.Parameters.AddWithValue(session.Id);
        command.Parameters.AddWithValue(session.Did.Value);
        command.Parameters.AddWithValue(session.ClientId);
        command.Parameters.AddWithValue(session.Scope);
        command.Parameters.AddWithValue(session.DpopJkt);
        command.Parameters.AddText(session.ClientKey);
        command.Parameters.AddWithValue(code);
        command.Parameters.AddWithValue(refreshToken);
        command.Parameters.AddWithValue(session.CreatedAt);
        command.Parameters.AddWithValue(session.LastUsedAt);
        command.Parameters.AddWithValue(session.ExpiresAt);
        return command;
    }
}
