using System.CommandLine;
using System.Text.Json.Nodes;
using Pds.Cli.Commands;

namespace Pds.Cli.Administration;

/// <summary><c>pds account …</c>: what an administrator does for and to accounts, through the running server.</summary>
internal static class AccountCommands
{
    /// <summary>An account that is here.</summary>
    public static Argument<string> Account { get; } = new("ACCOUNT") { Description = "Its DID, handle or e-mail address." };

    public static Command Create(Terminal terminal) => new("account", "Makes, lists and changes accounts.")
    {
        AccountCreate.Create(terminal),
        AccountList.Create(terminal),
        AccountInfo.Create(terminal),
        AccountPassword.Create(terminal),
        AccountStatus.Takedown(terminal),
        AccountStatus.Untakedown(terminal),
        AccountStatus.Deactivate(terminal),
        AccountStatus.Activate(terminal),
        Delete(terminal),
        SetEmail(terminal),
        SetHandle(terminal),
        AccountMail.Create(terminal),
        AdminClient.ServerOption,
    };

    /// <summary>Tells that something was done to an account.</summary>
    public static int Done(Terminal terminal, ParseResult parsed, string did, string words)
    {
        terminal.Answer(parsed, new JsonObject { ["did"] = did }, to => to.Say($"{did} {words}"));
        return 0;
    }

    private static Command Delete(Terminal terminal) =>
        new Command("delete", "Deletes an account and all it has. It cannot be brought back.") { Account }.Runs(terminal, async (parsed, cancellationToken) =>
        {
            using var server = AdminClient.Open(parsed);
            var did = await server.FindAsync(parsed.GetRequiredValue(Account), cancellationToken);
            terminal.Confirm(parsed, $"Delete {parsed.GetRequiredValue(Account)} ({did}) with its repository and files for good?");
            await server.CallAsync("com.atproto.admin.deleteAccount", new JsonObject { ["did"] = did }, cancellationToken);
            return Done(terminal, parsed, did, "is deleted");
        });

    private static Command SetEmail(Terminal terminal)
    {
        var email = new Argument<string>("EMAIL");
        return new Command("set-email", "Gives an account another e-mail address.") { Account, email }.Runs(terminal, async (parsed, cancellationToken) =>
        {
            using var server = AdminClient.Open(parsed);
            var did = await server.FindAsync(parsed.GetRequiredValue(Account), cancellationToken);
            await server.CallAsync(
                "com.atproto.admin.updateAccountEmail",
                new JsonObject { ["account"] = did, ["email"] = parsed.GetRequiredValue(email) }, cancellationToken);
            return Done(terminal, parsed, did, $"has the address {parsed.GetRequiredValue(email)}");
        });
    }

    private static Command SetHandle(Terminal terminal)
    {
        var handle = new Argument<string>("HANDLE");
        return new Command("set-handle", "Gives an account another handle, also a reserved one.") { Account, handle }.Runs(terminal, async (parsed, cancellationToken) =>
        {
            using var server = AdminClient.Open(parsed);
            var did = await server.FindAsync(parsed.GetRequiredValue(Account), cancellationToken);
            await server.CallAsync(
                "com.atproto.admin.updateAccountHandle",
                new JsonObject { ["did"] = did, ["handle"] = parsed.GetRequiredValue(handle) }, cancellationToken);
            return Done(terminal, parsed, did, $"has the handle {parsed.GetRequiredValue(handle)}");
        });
    }
}
