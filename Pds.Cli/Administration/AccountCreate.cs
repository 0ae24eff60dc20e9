using System.CommandLine;
using System.Text.Json.Nodes;
using Pds.Cli.Commands;

namespace Pds.Cli.Administration;

/// <summary><c>pds account create HANDLE EMAIL</c>.</summary>
internal static class AccountCreate
{
    public static Command Create(Terminal terminal)
    {
        var handle = new Argument<string>("HANDLE") { Description = "Such as alice.pds.example.com." };
        var email = new Argument<string>("EMAIL");
        var password = new Option<string?>("--password") { Description = "One is made and shown when absent." };
        return new Command("create", "Makes an account, with an invite code where sign-ups need one.") { handle, email, password }
            .Runs(terminal, async (parsed, cancellationToken) =>
            {
                using var server = AdminClient.Open(parsed);
                var secret = parsed.GetValue(password) ?? NewPassword.Create();
                var input = new JsonObject
                {
                    ["handle"] = parsed.GetRequiredValue(handle), ["email"] = parsed.GetRequiredValue(email), ["password"] = secret,
                };
                var description = await server.QueryAsync("com.atproto.server.describeServer", cancellationToken);
                if ((bool?)description["inviteCodeRequired"] == true)
                {
                    var invite = await server.CallAsync(
                        "com.atproto.server.createInviteCode", new JsonObject { ["useCount"] = 1 }, cancellationToken);
                    input["inviteCode"] = (string?)invite["code"];
                }

                var made = await server.CallAsync("com.atproto.server.createAccount", input, cancellationToken, asAdmin: false);
                var answer = new JsonObject
                {
                    ["did"] = (string?)made["did"], ["handle"] = (string?)made["handle"], ["email"] = parsed.GetRequiredValue(email),
                    ["password"] = secret,
                };
                terminal.Answer(parsed, answer, to => to.Pairs(
                    ("Handle", (string?)answer["handle"]), ("DID", (string?)answer["did"]), ("Password", secret)));
                return 0;
            });
    }
}
