using System.CommandLine;
using System.Text.Json.Nodes;
using Pds.Cli.Commands;

namespace Pds.Cli.Administration;

/// <summary>Takes accounts out of sight and back.</summary>
internal static class AccountStatus
{
    public static Command Takedown(Terminal terminal)
    {
        var reference = new Option<string?>("--ref") { Description = "What it is noted under, such as a case of the moderation." };
        return new Command("takedown", "Takes an account down: nobody sees it, and it cannot write.") { AccountCommands.Account, reference }.Runs(
            terminal, (parsed, cancellationToken) => SetAsync(
                terminal, parsed, $"Take down {parsed.GetRequiredValue(AccountCommands.Account)}?", "is taken down",
                () => new JsonObject { ["takedown"] = Applied(true, parsed.GetValue(reference)) }, cancellationToken));
    }

    public static Command Untakedown(Terminal terminal) =>
        new Command("untakedown", "Reverses a takedown.") { AccountCommands.Account }.Runs(terminal, (parsed, cancellationToken) => SetAsync(
            terminal, parsed, null, "is no longer taken down", () => new JsonObject { ["takedown"] = Applied(false) }, cancellationToken));

    public static Command Deactivate(Terminal terminal) =>
        new Command("deactivate", "Deactivates an account; its owner can activate it again.") { AccountCommands.Account }.Runs(
            terminal, (parsed, cancellationToken) => SetAsync(
                terminal, parsed, $"Deactivate {parsed.GetRequiredValue(AccountCommands.Account)}?", "is deactivated",
                () => new JsonObject { ["deactivated"] = Applied(true) }, cancellationToken));

    public static Command Activate(Terminal terminal) =>
        new Command("activate", "Activates an account.") { AccountCommands.Account }.Runs(terminal, (parsed, cancellationToken) => SetAsync(
            terminal, parsed, null, "is active", () => new JsonObject { ["deactivated"] = Applied(false) }, cancellationToken));

    private static async Task<int> SetAsync(
        Terminal terminal, ParseResult parsed, string? question, string words, Func<JsonObject> change, CancellationToken cancellationToken)
    {
        using var server = AdminClient.Open(parsed);
        var did = await server.FindAsync(parsed.GetRequiredValue(AccountCommands.Account), cancellationToken);
        if (question is not null)
        {
            terminal.Confirm(parsed, question);
        }

        var input = change();
        input["subject"] = new JsonObject { ["$type"] = "com.atproto.admin.defs#repoRef", ["did"] = did };
        await server.CallAsync("com.atproto.admin.updateSubjectStatus", input, cancellationToken);
        return AccountCommands.Done(terminal, parsed, did, words);
    }

    private static JsonObject Applied(bool applied, string? reference = null)
    {
        var status = new JsonObject { ["applied"] = applied };
        if (reference is not null)
        {
            status["ref"] = reference;
        }

        return status;
    }
}
