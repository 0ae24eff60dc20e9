using AtProto;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Pds.Contracts.Moving;
using Pds.Modules.Moving.Engine;
using Pds.Modules.Moving.Storage;

namespace Pds.Modules.Moving.Jobs;

/// <summary>One run of a move that a person has asked for, and what it comes to.</summary>
internal sealed partial class MoveJob(
    MoveStore store, MoveSeal seal, MoveConnections connections, Moves moves, IHostApplicationLifetime life, TimeProvider time,
    ILogger<MoveJob> log)
{
    /// <summary>How long a run that is no longer heard of keeps its move.</summary>
    public static readonly TimeSpan Lease = TimeSpan.FromMinutes(2);

    private const int MostAttempts = 12;

    // What takes longer is not lost: the next run goes on. But nobody keeps a place for ever.
    private static readonly TimeSpan LongestRun = TimeSpan.FromHours(6);
    private static readonly TimeSpan LongestWait = TimeSpan.FromHours(25);

    /// <summary>Runs.</summary>
    /// <param name="stopping">The server stops: the move goes on with the next one.</param>
    public async Task RunAsync(MoveRow row, CancellationToken stopping)
    {
        if (row.Secret is null || seal.Open(row.Secret) is not { } secret)
        {
            await SettleAsync(row, new MoveResult(MoveState.Failed, time.GetUtcNow(), Problem: "Sealed"), null);
            return;
        }

        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        cancel.CancelAfter(LongestRun);
        await using var record = new MoveRecord(store, seal, row, secret, cancel, time);
        try
        {
            await RunAsync(row, record, cancel.Token);
        }
        catch (Exception) when (cancel.IsCancellationRequested || life.ApplicationStopping.IsCancellationRequested)
        {
            // Given up, or to go on at once elsewhere: a server that stops refuses its own calls before it ends its moves.
            await record.StopAsync();
            await SettleAsync(row, new MoveResult(MoveState.Running, time.GetUtcNow(), row.Attempts), record.Close());
        }
        catch (Exception failure)
        {
            await record.StopAsync();
            await FailAsync(row, record, failure);
        }
    }

    private async Task RunAsync(MoveRow row, MoveRecord record, CancellationToken cancellationToken)
    {
        var own = await connections.OpenOwnAsync(cancellationToken);
        var directory = connections.OpenDirectory();
        if (record.Secret.Server is null)
        {
            var found = await ServerFinder.FindAsync(record.Secret.Identifier, own, directory, cancellationToken);
            record.Secret = record.Secret with
            {
                Server = moves.IsAllowed(found)
                    ? found
                    : throw new MoveException($"{found.Authority} cannot be reached safely") { Error = "InvalidServer" },
            };
        }

        var move = new Move(connections.OpenForeign(record.Secret.Server!), own, directory, time, record) { Sessions = record.Sessions };
        record.Move = move;
        var secret = record.Secret;
        var outcome = await move.RunAsync(
            new MoveRequest(secret.Identifier, secret.OldPassword, secret.NewPassword)
            {
                Handle = secret.Handle,
                Email = secret.Email,
                InviteCode = secret.InviteCode,
                SignInCode = secret.SignInCode,
                PlcToken = secret.PlcToken,
                GoOnWithoutLostBlobs = secret.WithoutLost,
            },
            cancellationToken);
        await record.StopAsync();
        var report = new StoredReport(Describe(outcome.Report), outcome.Document is { } document
            ? new WantedDidDocument(document.AlsoKnownAs, document.PublicKeyMultibase, document.ServiceEndpoint)
            : null);
        if (outcome.Pause is { } pause)
        {
            var problem = outcome.Problem is null ? null : "Code";
            var waiting = new MoveResult(MoveState.Waiting, time.GetUtcNow(), 0, (MoveWait)pause, problem, outcome.Problem, report);
            await SettleAsync(row, waiting, record.Close());
            return;
        }

        MovingTelemetry.MovesDone.Add(1);
        Log.Done(log, outcome.Report.Did!.Value);
        await SettleAsync(row, new MoveResult(MoveState.Done, time.GetUtcNow(), Report: report), null);
    }

    private async Task FailAsync(MoveRow row, MoveRecord record, Exception failure)
    {
        var refusal = failure as MoveException;
        var attempts = record.HasAdvanced ? 1 : row.Attempts + 1;
        var problem = refusal is null ? "Internal" : $"{refusal.Method?.Split('.')[^1]}/{refusal.Error}";
        var isOver = attempts >= MostAttempts || refusal is { RetryAfter: null } || refusal?.RetryAfter > LongestWait;
        if (refusal is null)
        {
            Log.Broke(log, failure);
        }

        if (isOver)
        {
            MovingTelemetry.MovesFailed.Add(1);
        }

        var wait = TimeSpan.FromSeconds(Math.Min(600, 5 << attempts)) + (refusal?.RetryAfter ?? TimeSpan.Zero);
        var result = new MoveResult(
            isOver ? MoveState.Failed : MoveState.Running, time.GetUtcNow() + wait, attempts, null, problem, refusal?.Message);
        await SettleAsync(row, result, isOver ? null : record.Close());
    }

    private Task SettleAsync(MoveRow row, MoveResult result, string? secret) =>
        store.SettleAsync(row.Id, result, secret, time.GetUtcNow(), CancellationToken.None);

    private static MovedAccount Describe(MoveReport report) => new(
        report.Did, report.Handle, report.Records, report.RecordsAreEqual, report.Blobs, report.BlobBytes,
        [.. report.LostBlobs.Take(100).Select(blob => blob.Cid.ToString())], report.PreferencesAreEqual, report.OwnRotationKeys,
        report.OldIsActive, report.Problems);

    private static partial class Log
    {
        [LoggerMessage(Level = LogLevel.Information, Message = "{Did} has moved in")]
        public static partial void Done(ILogger logger, Did did);

        [LoggerMessage(Level = LogLevel.Error, Message = "A move broke; it is tried again")]
        public static partial void Broke(ILogger logger, Exception failure);
    }
}
