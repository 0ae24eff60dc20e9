using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using AtProto;
using AtProto.Crypto;
using Microsoft.Extensions.DependencyInjection;
using Pds.Cli.Commands;
using Pds.Modules.Auth.OAuth.Keys;
using Pds.Modules.Identity.Plc;
using Pds.Modules.Repo.Keys;
using Pds.Modules.Repo.Verification;

namespace Pds.Cli.Rotation;

/// <summary><c>pds rotate-keys …</c>: other keys in place of those that may have been seen.</summary>
internal static class RotateKeysCommand
{
    private const string NotOurs = "this server has no say in its DID: its owner has to change it";

    private static readonly Option<int> Rate = new("--rate") { Description = "How many accounts a second at most.", DefaultValueFactory = _ => 10 };

    private static readonly Option<FileInfo?> NewKey = new("--new-key-file")
    {
        Description = "A file with the new key: 64 hexadecimal digits, as of openssl rand -hex 32.", HelpName = "FILE", Required = true,
    };

    public static Command Create(Terminal terminal) => new("rotate-keys", "Puts other keys in the place of those that are in use.")
    {
        OAuth(terminal), Accounts(terminal), Begin(terminal), Switch(terminal), End(terminal),
    };

    private static Command OAuth(Terminal terminal) =>
        new Command("oauth", "The key that signs access tokens: a new one is published, and signs some minutes later. Nobody is signed out.").Runs(
            terminal, async (parsed, cancellationToken) =>
            {
                await using var server = await ServerAccess.OpenAsync(parsed);
                var (kid, from) = await server.Services.GetRequiredService<SigningRing>().RotateAsync(cancellationToken);
                terminal.Answer(
                    parsed, new JsonObject { ["kid"] = kid, ["activeFrom"] = from },
                    to => to.Say(string.Create(CultureInfo.InvariantCulture, $"The key {kid} signs from {from:u} on")));
                return 0;
            });

    private static Command Accounts(Terminal terminal)
    {
        var dids = new Argument<string[]>("DID") { Description = "Accounts; with --all every one.", Arity = ArgumentArity.ZeroOrMore };
        var all = new Option<bool>("--all") { Description = "Every account." };
        var older = new Option<DateTimeOffset?>("--older-than")
        {
            Description = "With --all: only accounts whose key was made before this time. A run that was cut off goes on with its own.", HelpName = "TIME",
        };
        return new Command("accounts", "The keys that sign repositories: new ones, named in the directory, announced to the network.") { dids, all, older, Rate }
            .Runs(terminal, async (parsed, cancellationToken) =>
            {
                var named = CommandSettings.Words(parsed, dids)
                    .Select(word => Did.TryParse(word, out var did) ? did : throw new CommandFailure($"{word} is not a DID.")).ToArray();
                if (named.Length == 0 == !parsed.GetValue(all))
                {
                    throw new CommandFailure("Whose? Name accounts by their DIDs, or say --all.");
                }

                await using var server = await ServerAccess.OpenAsync(parsed);
                var keys = server.Services.GetRequiredService<KeyRotation>();
                var time = server.Services.GetRequiredService<TimeProvider>();
                var before = parsed.GetValue(older) ?? time.GetUtcNow();
                if (named.Length == 0)
                {
                    terminal.Confirm(parsed, "Give every account another signing key?");
                    if (!parsed.GetValue(CommandRun.Json))
                    {
                        terminal.Say(string.Create(CultureInfo.InvariantCulture, $"If this is cut off, go on with --older-than {before:o}"));
                    }
                }

                var rotation = new AccountKeyRotation(keys, server.Services.GetRequiredService<IdentityRotation>());
                var run = new RotationRun(Math.Clamp(parsed.GetValue(Rate), 1, 1000), time);
                await run.RunAsync(
                    named.Length > 0 ? named.ToAsyncEnumerable() : keys.ListAsync(before, cancellationToken), rotation.RotateAsync, cancellationToken);
                run.Answer(terminal, parsed, "sign with another key");
                return run.IsWhole ? 0 : 1;
            });
    }

    private static Command Begin(Terminal terminal) =>
        new Command("plc-begin", "The PLC rotation key, first step: the new key is added to the DIDs of all accounts, beside the old one.") { NewKey, Rate }
            .Runs(terminal, async (parsed, cancellationToken) =>
            {
                var next = DidKeyOf(ReadKey(parsed.GetValue(NewKey)));
                return await ChangeAllAsync(
                    terminal, parsed, $"have the key {next} too. Stop the servers, then: pds rotate-keys plc-switch",
                    async (identities, did, token) => await identities.AddRotationKeyAsync(did, next, token) ? null : NotOurs, cancellationToken);
            });

    private static Command Switch(Terminal terminal) =>
        new Command("plc-switch", "Second step, while no server runs: all signing keys are sealed for the new key.") { NewKey }.Runs(terminal, async (parsed, cancellationToken) =>
        {
            var next = ReadKey(parsed.GetValue(NewKey));
            terminal.Confirm(parsed, "Do all servers stand still? Until they have the new key, they cannot sign.");
            await using var server = await ServerAccess.OpenAsync(parsed);
            var old = server.Services.GetRequiredService<IdentityRotation>().RotationKey;
            var count = await server.Services.GetRequiredService<KeyRotation>().SealForAsync(next, cancellationToken);
            terminal.Answer(
                parsed, new JsonObject { ["sealed"] = count, ["oldKey"] = old, ["newKey"] = DidKeyOf(next) },
                to => to.Say(
                    $"{count} signing keys are sealed for the new key. Set PDS_PLC_ROTATION_KEY_K256_PRIVATE_KEY_HEX to it and start the servers; "
                    + $"keep the old one for older backups. Then: pds rotate-keys plc-end --old-key {old}"));
            return 0;
        });

    private static Command End(Terminal terminal)
    {
        var old = new Option<string>("--old-key") { Description = "The did:key of the old key, as plc-switch has told.", HelpName = "DID:KEY", Required = true };
        return new Command("plc-end", "Last step, under the new key: the old one is taken out of the DIDs of all accounts.") { old, Rate }.Runs(
            terminal, async (parsed, cancellationToken) =>
            {
                var key = parsed.GetRequiredValue(old);
                if (!PublicKey.TryParseDidKey(key, out _))
                {
                    throw new CommandFailure("--old-key takes a did:key.");
                }

                return await ChangeAllAsync(
                    terminal, parsed, "no longer have the old key",
                    async (identities, did, token) => key == identities.RotationKey
                        ? throw new CommandFailure("This is the key that the server has now.")
                        : await identities.RemoveRotationKeyAsync(did, key, token) ? null : NotOurs,
                    cancellationToken);
            });
    }

    private static async Task<int> ChangeAllAsync(
        Terminal terminal, ParseResult parsed, string words, Func<IdentityRotation, Did, CancellationToken, Task<string?>> change,
        CancellationToken cancellationToken)
    {
        terminal.Confirm(parsed, "Change the DIDs of all accounts?");
        await using var server = await ServerAccess.OpenAsync(parsed);
        var identities = server.Services.GetRequiredService<IdentityRotation>();
        var run = new RotationRun(Math.Clamp(parsed.GetValue(Rate), 1, 1000), server.Services.GetRequiredService<TimeProvider>());
        await run.RunAsync(
            server.Services.GetRequiredService<RepositoryVerifier>().ListAsync(cancellationToken),
            (did, token) => change(identities, did, token), cancellationToken);
        run.Answer(terminal, parsed, words);
        return run.IsWhole ? 0 : 1;
    }

    private static string ReadKey(FileInfo? file)
    {
        var hex = file is { Exists: true } ? File.ReadAllText(file.FullName).Trim() : "";
        return hex.Length == 64 && hex.All(char.IsAsciiHexDigit)
            ? hex
            : throw new CommandFailure("--new-key-file names a file with 64 hexadecimal digits.");
    }

    private static string DidKeyOf(string hex)
    {
        using var key = PrivateKey.FromBytes(KeyCurve.K256, Convert.FromHexString(hex));
        return key.PublicKey.ToDidKey();
    }
}
