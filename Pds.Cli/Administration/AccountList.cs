using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using Pds.Cli.Commands;

namespace Pds.Cli.Administration;

/// <summary><c>pds account list [EMAIL]</c>.</summary>
internal static class AccountList
{
    private const int PageSize = 100;

    private static readonly string[] Columns = ["Handle", "DID", "E-mail", "Created", ""];

    public static Command Create(Terminal terminal)
    {
        var email = new Argument<string[]>("EMAIL")
        {
            Description = "Only accounts whose e-mail address contains this.", Arity = ArgumentArity.ZeroOrMore,
        };
        var limit = new Option<int>("--limit") { Description = "How many at most.", DefaultValueFactory = _ => 1000 };
        return new Command("list", "Lists accounts, all or by a part of their e-mail address.") { email, limit }.Runs(terminal, async (parsed, cancellationToken) =>
        {
            using var server = AdminClient.Open(parsed);
            var found = new JsonArray();
            string? cursor = null;
            do
            {
                var count = Math.Min(PageSize, parsed.GetValue(limit) - found.Count);
                var page = count <= 0 ? null : await server.QueryAsync(
                    "com.atproto.admin.searchAccounts", cancellationToken,
                    ("email", CommandSettings.Words(parsed, email).FirstOrDefault()), ("cursor", cursor), ("limit", count.ToString(CultureInfo.InvariantCulture)));
                foreach (var account in page?["accounts"]!.AsArray() ?? [])
                {
                    found.Add(account!.DeepClone());
                }

                cursor = (string?)page?["cursor"];
            }
            while (cursor is not null);

            terminal.Answer(parsed, found, to => to.Table(Columns, found.Select(Row)));
            return 0;
        });
    }

    private static string[] Row(JsonNode? account) =>
    [
        (string)account!["handle"]!, (string)account["did"]!, (string?)account["email"] ?? "", Day((string?)account["indexedAt"]),
        account["deactivatedAt"] is null ? "" : "deactivated",
    ];

    private static string Day(string? time) => time is { Length: > 10 } ? time[..10] : time ?? "";
}
