using System.CommandLine;
using System.Text.Json.Nodes;
using Pds.Cli.Commands;

namespace Pds.Cli.Administration;

/// <summary><c>pds account reset-password ACCOUNT</c>.</summary>
internal static class AccountPassword
{
    public static Command Create(Terminal terminal)
    {
        var password = new Option<string?>("--password") { Description = "One is made and shown when absent." };
        return new Command("reset-password", "Gives an account another password and signs out everyone who was signed in.")
        {
            AccountCommands.Account, password,
        }.Runs(terminal, async (parsed, cancellationToken) =>
        {
            using var server = AdminClient.Open(parsed);
            var did = await server.FindAsync(parsed.GetRequiredValue(AccountCommands.Account), cancellationToken);
            terminal.Confirm(parsed, $"Give {parsed.GetRequiredValue(AccountCommands.Account)} another password and end its sessions?");
            var secret = parsed.GetValue(password) ?? NewPassword.Create();
            await server.CallAsync(
                "com.atproto.admin.updateAccountPassword", new JsonObject { ["did"] = did, ["password"] = secret }, cancellationToken);
            terminal.Answer(
                parsed, new JsonObject { ["did"] = did, ["password"] = secret }, to => to.Pairs(("DID", did), ("Password", secret)));
            return 0;
        });
    }
}
