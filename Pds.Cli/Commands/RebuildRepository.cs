using System.CommandLine;
using System.Text.Json.Nodes;
using AtProto;
using Microsoft.Extensions.DependencyInjection;
using Pds.Modules.Repo.Repair;

namespace Pds.Cli.Commands;

/// <summary><c>pds rebuild-repository DID</c>: makes the tree of a repository anew of its records.</summary>
internal static class RebuildRepository
{
    public static Command Create(Terminal terminal)
    {
        var did = new Argument<Did>("DID")
        {
            Description = "The account.",
            CustomParser = result =>
            {
                if (!Did.TryParse(result.Tokens[0].Value, out var parsed))
                {
                    result.AddError($"{result.Tokens[0].Value} is not a DID.");
                }

                return parsed;
            },
        };
        var command = new Command("rebuild-repository", "Makes the tree of a repository anew of its records, and tells consumers to go on from there.") { did };
        return command.Runs(terminal, async (parsed, cancellationToken) =>
        {
            await using var server = await ServerAccess.OpenAsync(parsed);
            var account = parsed.GetRequiredValue(did);
            var records = await server.Services.GetRequiredService<RepositoryRepair>().RebuildAsync(account, cancellationToken);
            if (records is null)
            {
                throw new CommandFailure($"{account} has no repository here");
            }

            terminal.Answer(
                parsed, new JsonObject { ["did"] = account.Value, ["records"] = records },
                to => to.Say($"{account} has a new tree, of {records} records"));
            return 0;
        });
    }
}
