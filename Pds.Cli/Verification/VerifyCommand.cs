using System.CommandLine;
using AtProto;
using Microsoft.Extensions.DependencyInjection;
using Pds.Cli.Commands;
using Pds.Modules.Identity.Takeover;
using Pds.Modules.Repo.Verification;
using Spectre.Console;

namespace Pds.Cli.Verification;

/// <summary><c>pds verify [DID…]</c>: proves repositories and files consistent, beside servers that run.</summary>
internal static class VerifyCommand
{
    public static Command Create(Terminal terminal)
    {
        var dids = new Argument<string[]>("DID") { Description = "Accounts; with --all every one.", Arity = ArgumentArity.ZeroOrMore };
        var all = new Option<bool>("--all") { Description = "Look at every account, and for files that belong to none." };
        var files = new Option<bool>("--skip-files") { Description = "Do not read the bytes of blobs." };
        var identities = new Option<bool>("--identities") { Description = "Also ask whether DID documents name this server and the accounts' keys." };
        var repair = new Option<bool>("--repair") { Description = "Put right what follows from the records without any doubt." };
        var parallel = new Option<int>("--parallel")
        {
            Description = "How many repositories to look at at once.", DefaultValueFactory = _ => Environment.ProcessorCount,
        };
        return new Command("verify", "Walks repositories and files and proves each consistent: tree, records, signatures, blobs.")
        {
            dids, all, files, identities, repair, parallel,
        }.Runs(terminal, async (parsed, cancellationToken) =>
        {
            var named = ReadDids(CommandSettings.Words(parsed, dids));
            if (named.Count == 0 == !parsed.GetValue(all))
            {
                throw new CommandFailure("Which? Name accounts by their DIDs, or say --all.");
            }

            await using var server = await ServerAccess.OpenAsync(parsed);
            var verifier = server.Services.GetRequiredService<RepositoryVerifier>();
            var run = new VerificationRun(
                verifier, parsed.GetValue(identities) ? server.Services.GetRequiredService<IdentityTakeover>() : null,
                readsFiles: !parsed.GetValue(files), mends: parsed.GetValue(repair), Math.Clamp(parsed.GetValue(parallel), 1, 64));
            if (parsed.GetValue(CommandRun.Json))
            {
                await run.RunAsync(named, static _ => { }, cancellationToken);
            }
            else
            {
                await terminal.Console.Progress().StartAsync(async progress =>
                {
                    var task = progress.AddTask("Repositories");
                    task.MaxValue = Math.Max(1, named.Count > 0 ? named.Count : await verifier.CountAsync(cancellationToken));
                    await run.RunAsync(named, _ => task.Increment(1), cancellationToken);
                    task.Value = task.MaxValue;
                });
            }

            terminal.Answer(parsed, run.ToJson(), run.Write);
            return run.HasProblems ? 1 : 0;
        });
    }

    private static List<Did> ReadDids(string[] words) =>
        [.. words.Select(word => Did.TryParse(word, out var did) ? did : throw new CommandFailure($"{word} is not a DID."))];
}
