using System.Text.Json;
using AtProto;
using Microsoft.Data.Sqlite;
using Pds.Contracts.Auth;

namespace Pds.Cli.Reference;

/// <summary>Reads <c>account.sqlite</c>.</summary>
internal static class ReferenceAccounts
{
    /// <summary>All accounts; the handle is null where the file has none that is valid.</summary>
    public static List<(TakenOverAccount Account, Handle? Handle)> Read(SqliteConnection accounts)
    {
        var appPasswords = accounts.Read(
            "SELECT did, name, passwordScrypt, privileged, createdAt FROM app_password",
            row => (Did: row.GetString(0), Item: new TakenOverAppPassword(row.GetString(1), row.GetString(2), row.GetInt64(3) == 1, row.Time(4))))
            .ToLookup(pair => pair.Did, pair => pair.Item);
        var sessions = accounts.Read(
            "SELECT did, id, nextId, appPasswordName, expiresAt FROM refresh_token",
            row => (Did: row.GetString(0), Item: new TakenOverSession(row.GetString(1), row.Text(2), row.Text(3), row.Time(4))))
            .ToLookup(pair => pair.Did, pair => pair.Item);
        var grants = ReadGrants(accounts).ToLookup(pair => pair.Did, pair => pair.Grant);
        var consents = accounts.Read(
            "SELECT did, clientId, data, updatedAt FROM authorized_client",
            row => (Did: row.GetString(0), Item: new TakenOverConsent(row.GetString(1), ReadScopes(row.GetString(2)), row.Time(3))))
            .ToLookup(pair => pair.Did, pair => pair.Item);

        return accounts.Read(
            """
            SELECT did, handle, email, passwordScrypt, emailConfirmedAt, invitesDisabled, createdAt, deactivatedAt, deleteAfter, takedownRef
            FROM account JOIN actor USING (did) ORDER BY createdAt
            """,
            row =>
            {
                var did = row.GetString(0);
                var account = new TakenOverAccount(
                    Did.Parse(did), row.GetString(2), row.GetString(3), row.OptionalTime(4), row.GetInt64(5) == 1, row.Time(6),
                    row.OptionalTime(7), row.OptionalTime(8), row.Text(9),
                    [.. appPasswords[did]], [.. sessions[did]], [.. grants[did]], [.. consents[did]]);
                return (account, Handle.TryParse(row.Text(1), out var handle) ? handle : (Handle?)null);
            }).ToList();
    }

    public static List<TakenOverInvite> ReadInvites(SqliteConnection accounts)
    {
        var uses = accounts.Read(
            "SELECT code, usedBy, usedAt FROM invite_code_use", row => (Code: row.GetString(0), Did: row.GetString(1), At: row.Time(2)))
            .ToLookup(use => use.Code, use => (use.Did, use.At));
        return accounts.Read(
            "SELECT code, availableUses, disabled, forAccount, createdBy, createdAt FROM invite_code",
            row => new TakenOverInvite(
                row.GetString(0), row.GetInt32(1), row.GetInt64(2) == 1, row.GetString(3), row.GetString(4), row.Time(5),
                [.. uses[row.GetString(0)]])).ToList();
    }

    // The tables of OAuth came with version 0.4.
    private static IEnumerable<(string Did, TakenOverGrant Grant)> ReadGrants(SqliteConnection accounts) => accounts.Read(
        """
        SELECT did, clientId, clientAuth, parameters, scope, code, currentRefreshToken, createdAt, updatedAt
        FROM token WHERE currentRefreshToken IS NOT NULL
        """,
        row =>
        {
            using var parameters = JsonDocument.Parse(row.GetString(3));
            var scope = row.Text(4) ?? Member(parameters.RootElement, "scope") ?? "atproto";
            return (
                row.GetString(0),
                Member(parameters.RootElement, "dpop_jkt") is { } jkt
                    ? new TakenOverGrant(
                        row.GetString(1), scope, jkt, ReadClientKey(row.GetString(2)), row.Text(5), row.GetString(6), row.Time(7), row.Time(8))
                    : null);
        }).Where(pair => pair.Item2 is not null).Select(pair => (pair.Item1, pair.Item2!));

    private static TakenOverClientKey? ReadClientKey(string json)
    {
        using var auth = JsonDocument.Parse(json);
        return Member(auth.RootElement, "method") == "private_key_jwt"
            ? new TakenOverClientKey(
                Member(auth.RootElement, "alg") ?? "", Member(auth.RootElement, "jkt") ?? "", Member(auth.RootElement, "kid") ?? "")
            : null;
    }

    private static string[] ReadScopes(string json)
    {
        using var data = JsonDocument.Parse(json);
        return data.RootElement.TryGetProperty("authorizedScopes", out var scopes)
            ? [.. scopes.EnumerateArray().Select(scope => scope.GetString()!)]
            : [];
    }

    private static string? Member(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
