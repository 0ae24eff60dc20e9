using AtProto;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Pds.Contracts.Auth;
using Pds.Modules.Auth.Takeover;
using Pds.Modules.Identity.Takeover;
using Pds.Modules.Proxy.Storage;
using Pds.Modules.Repo.Takeover;
using Pds.Xrpc;
using Spectre.Console;

namespace Pds.Cli.Reference;

/// <summary>
/// Takes over all of a reference server's folder. Accounts are done one by one, each whole or not at all, so a run that was cut
/// off is just started again. The folder is only read.
/// </summary>
internal sealed class Takeover(IServiceProvider services, ReferenceFolder folder, TakeoverReport report)
{
    private readonly AccountTakeover _accounts = services.GetRequiredService<AccountTakeover>();
    private readonly IdentityTakeover _identities = services.GetRequiredService<IdentityTakeover>();
    private readonly PreferenceStore _preferences = services.GetRequiredService<PreferenceStore>();
    private readonly RepositoryTakeover _repositories = services.GetRequiredService<RepositoryTakeover>();

    /// <param name="progress">Grows by one for each account.</param>
    public async Task RunAsync(bool checkIdentities, ProgressTask progress, CancellationToken cancellationToken)
    {
        using var file = folder.OpenAccounts();
        var accounts = ReferenceAccounts.Read(file);
        var present = await _accounts.ListAsync(cancellationToken);
        progress.MaxValue = Math.Max(1, accounts.Count);

        // Before the first account can write: no number of the old stream is given twice.
        using var sequencer = folder.OpenSequencer();
        report.LastSeq = ReferenceStream.ReadLastSeq(sequencer);
        await _repositories.ContinueStreamAsync(report.LastSeq, [], cancellationToken);
        var reserved = new HashSet<string>();
        foreach (var key in folder.ReadReservedKeys())
        {
            reserved.Add(await _repositories.AddReservedKeyAsync(key, cancellationToken));
        }

        report.ReservedKeys = reserved.Count;
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount * 2, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(accounts, parallel, async (item, token) =>
        {
            if (present.Contains(item.Account.Did))
            {
                report.AddPresent();
            }
            else
            {
                await TryTakeAsync(item.Account, item.Handle, checkIdentities, token);
            }

            progress.Increment(1);
        });

        report.Invites = await _accounts.AddInvitesAsync(ReferenceAccounts.ReadInvites(file), cancellationToken);
        report.Events = await _repositories.ContinueStreamAsync(
            report.LastSeq, ReferenceStream.ReadEvents(sequencer), cancellationToken);
        progress.Value = progress.MaxValue;
    }

    private async Task TryTakeAsync(TakenOverAccount account, Handle? handle, bool checkIdentities, CancellationToken cancellationToken)
    {
        try
        {
            await TakeAsync(account, handle ?? throw new InvalidDataException("It has no valid handle."), checkIdentities, cancellationToken);
        }
        catch (Exception failure) when (
            failure is InvalidDataException or InvalidOperationException or FormatException or SqliteException or IOException or XrpcException)
        {
            report.Problems.Enqueue((account.Did.Value, failure.Message));
        }
    }

    private async Task TakeAsync(TakenOverAccount account, Handle handle, bool checkIdentities, CancellationToken cancellationToken)
    {
        using var store = folder.OpenStore(account.Did);
        var repository = ReferenceRepository.Read(folder, store, account);
        var done = await _repositories.AddAsync(repository, cancellationToken);
        await _identities.AddAsync(account.Did, handle, repository.Status, cancellationToken);

        if (ReferenceRepository.ReadPreferences(store) is { } preferences)
        {
            await _preferences.ReplaceAsync(account.Did, preferences, kept: null, cancellationToken);
            report.AddPreferences();
        }

        // The account comes last: where it is, everything is.
        await _accounts.AddAsync(account, cancellationToken);
        report.Add(done, account.Sessions.Count + account.Grants.Count);
        foreach (var blob in done.MissingBlobs)
        {
            report.Problems.Enqueue((account.Did.Value, $"the bytes of blob {blob} are missing or are not its own"));
        }

        if (checkIdentities && await _identities.CompareDocumentAsync(account.Did, done.SigningKey, cancellationToken) is { } difference)
        {
            report.Problems.Enqueue((account.Did.Value, difference));
        }
    }
}
