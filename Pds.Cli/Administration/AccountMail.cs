using System.CommandLine;
using System.Text.Json.Nodes;
using Pds.Cli.Commands;

namespace Pds.Cli.Administration;

/// <summary><c>pds account send-mail ACCOUNT TEXT</c>.</summary>
internal static class AccountMail
{
    public static Command Create(Terminal terminal)
    {
        var text = new Argument<string>("TEXT") { Description = "What to write; - reads it from the standard input." };
        var subject = new Option<string?>("--subject");
        return new Command("send-mail", "Mails an account.") { AccountCommands.Account, text, subject }.Runs(terminal, async (parsed, cancellationToken) =>
        {
            using var server = AdminClient.Open(parsed);
            var did = await server.FindAsync(parsed.GetRequiredValue(AccountCommands.Account), cancellationToken);
            var description = await server.QueryAsync("com.atproto.server.describeServer", cancellationToken);
            var content = parsed.GetRequiredValue(text) is "-"
                ? await Console.In.ReadToEndAsync(cancellationToken)
                : parsed.GetRequiredValue(text);
            var input = new JsonObject { ["recipientDid"] = did, ["content"] = content, ["senderDid"] = (string?)description["did"] };
            if (parsed.GetValue(subject) is { } about)
            {
                input["subject"] = about;
            }

            await server.CallAsync("com.atproto.admin.sendEmail", input, cancellationToken);
            return AccountCommands.Done(terminal, parsed, did, "is sent a mail");
        });
    }
}
