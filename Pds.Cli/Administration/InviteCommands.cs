using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Pds.Cli.Commands;

namespace Pds.Cli.Administration;

/// <summary><c>pds invite …</c>: codes with which people may sign up.</summary>
internal static class InviteCommands
{
    private const int PageSize = 500;

    private static readonly string[] Columns = ["Code", "For", "Uses", "Left", "Created", ""];

    public static Command Create(Terminal terminal) => new("invite", "Makes, lists and disables invite codes.")
    {
        Make(terminal), List(terminal), Disable(terminal), AdminClient.ServerOption,
    };

    private static Command Make(Terminal terminal)
    {
        var uses = new Option<int>("--uses") { Description = "How many may sign up with each code.", DefaultValueFactory = _ => 1 };
        var count = new Option<int>("--count") { Description = "How many codes.", DefaultValueFactory = _ => 1 };
        var accounts = new Option<string[]>("--for") { Description = "The account that gives it away; may come several times.", HelpName = "ACCOUNT" };
        return new Command("create", "Makes invite codes.") { uses, count, accounts }.Runs(terminal, async (parsed, cancellationToken) =>
        {
            using var server = AdminClient.Open(parsed);
            var input = new JsonObject { ["useCount"] = parsed.GetValue(uses), ["codeCount"] = parsed.GetValue(count) };
            if (parsed.GetValue(accounts) is { Length: > 0 } owners)
            {
                var dids = new JsonArray();
                foreach (var owner in owners)
                {
                    dids.Add(await server.FindAsync(owner, cancellationToken));
                }

                input["forAccounts"] = dids;
            }

            var made = await server.CallAsync("com.atproto.server.createInviteCodes", input, cancellationToken);
            terminal.Answer(parsed, made["codes"]!, to =>
            {
                foreach (var code in made["codes"]!.AsArray().SelectMany(owner => owner!["codes"]!.AsArray()))
                {
                    to.Say((string)code!);
                }
            });
            return 0;
        });
    }

    private static Command List(Terminal terminal)
    {
        var sort = new Option<string>("--sort") { Description = "The latest or the most used first.", DefaultValueFactory = _ => "recent" };
        sort.AcceptOnlyFromAmong("recent", "usage");
        var limit = new Option<int>("--limit") { Description = "How many at most.", DefaultValueFactory = _ => 100 };
        return new Command("list", "Lists invite codes.") { sort, limit }.Runs(terminal, async (parsed, cancellationToken) =>
        {
            using var server = AdminClient.Open(parsed);
            var found = new JsonArray();
            string? cursor = null;
            do
            {
                var count = Math.Min(PageSize, parsed.GetValue(limit) - found.Count);
                var page = count <= 0 ? null : await server.QueryAsync(
                    "com.atproto.admin.getInviteCodes", cancellationToken,
                    ("sort", parsed.GetValue(sort)), ("cursor", cursor), ("limit", count.ToString(CultureInfo.InvariantCulture)));
                foreach (var code in page?["codes"]!.AsArray() ?? [])
                {
                    found.Add(code!.DeepClone());
                }

                cursor = (string?)page?["cursor"];
            }
            while (cursor is not null);

            terminal.Answer(parsed, found, to => to.Table(Columns, found.Select(Row)));
            return 0;
        });
    }

    private static Command Disable(Terminal terminal)
    {
        var codes = new Argument<string[]>("CODE") { Description = "The codes.", Arity = ArgumentArity.ZeroOrMore };
        var accounts = new Option<string[]>("--account") { Description = "All codes of an account; may come several times.", HelpName = "ACCOUNT" };
        return new Command("disable", "Lets invite codes be used no more.") { codes, accounts }.Runs(terminal, async (parsed, cancellationToken) =>
        {
            using var server = AdminClient.Open(parsed);
            var named = CommandSettings.Words(parsed, codes).Select(code => (JsonNode)code).ToArray();
            var owners = new JsonArray();
            foreach (var owner in parsed.GetValue(accounts) ?? [])
            {
                owners.Add(await server.FindAsync(owner, cancellationToken));
            }

            if (named.Length + owners.Count == 0)
            {
                throw new CommandFailure("Which codes? Name them, or an account by --account.");
            }

            terminal.Confirm(parsed, "Disable these codes? They cannot be enabled again.");
            await server.CallAsync(
                "com.atproto.admin.disableInviteCodes", new JsonObject { ["codes"] = new JsonArray(named), ["accounts"] = owners }, cancellationToken);
            terminal.Answer(parsed, new JsonObject(), to => to.Say("They can be used no more."));
            return 0;
        });
    }

    private static string[] Row(JsonNode? code)
    {
        var used = code!["uses"]!.AsArray().Count;
        var available = (int)code["available"]!;
        return
        [
            (string)code["code"]!, (string)code["forAccount"]!, used.ToString(CultureInfo.InvariantCulture),
            Math.Max(0, available - used).ToString(CultureInfo.InvariantCulture), ((string)code["createdAt"]!)[..10],
            (bool)code["disabled"]! ? "disabled" : "",
        ];
    }
}
