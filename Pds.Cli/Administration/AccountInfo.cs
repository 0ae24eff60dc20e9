using System.CommandLine;
using System.Text.Json.Nodes;
using Pds.Cli.Commands;

namespace Pds.Cli.Administration;

/// <summary><c>pds account info ACCOUNT</c>.</summary>
internal static class AccountInfo
{
    public static Command Create(Terminal terminal) =>
        new Command("info", "Tells what is known of an account.") { AccountCommands.Account }.Runs(terminal, async (parsed, cancellationToken) =>
        {
            using var server = AdminClient.Open(parsed);
            var did = await server.FindAsync(parsed.GetRequiredValue(AccountCommands.Account), cancellationToken);
            var account = await server.QueryAsync("com.atproto.admin.getAccountInfo", cancellationToken, ("did", did));
            var status = await server.QueryAsync("com.atproto.admin.getSubjectStatus", cancellationToken, ("did", did));
            var repository = await server.QueryAsync("com.atproto.sync.getRepoStatus", cancellationToken, ("did", did));
            account["takedown"] = status["takedown"]?.DeepClone();
            account["repository"] = repository.DeepClone();
            terminal.Answer(parsed, account, to => Write(to, account));
            return 0;
        });

    private static void Write(Terminal terminal, JsonNode account)
    {
        var takedown = account["takedown"];
        var repository = account["repository"]!;
        terminal.Pairs(
            ("Handle", (string?)account["handle"]),
            ("DID", (string?)account["did"]),
            ("E-mail", (string?)account["email"]),
            ("Confirmed", (string?)account["emailConfirmedAt"] ?? "no"),
            ("Created", (string?)account["indexedAt"]),
            ("Status", (bool?)repository["active"] == true ? "active" : (string?)repository["status"]),
            ("Deactivated", (string?)account["deactivatedAt"]),
            ("Taken down", (bool?)takedown?["applied"] == true ? (string?)takedown["ref"] ?? "yes" : null),
            ("Revision", (string?)repository["rev"]),
            ("Invited by", (string?)account["invitedBy"]?["createdBy"]),
            ("Invite codes", account["invites"] is JsonArray { Count: > 0 } invites
                ? string.Join(", ", invites.Select(invite => (string?)invite!["code"])) : null),
            ("May invite", (bool?)account["invitesDisabled"] == true ? "no" : null),
            ("Note", (string?)account["inviteNote"]));
    }
}
