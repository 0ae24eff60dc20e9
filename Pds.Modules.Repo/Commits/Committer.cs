using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Threading.Channels;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Pds.Modules.Repo.Firehose;
using Pds.Modules.Repo.Storage;

namespace Pds.Modules.Repo.Commits;

/// <summary>
/// Puts commits on disk: takes what has queued while the last transaction ran and writes it in one. There is no timer, so
/// a lone commit waits for nothing, and under load the number of commits to a transaction grows by itself.
/// </summary>
internal sealed partial class Committer(
    CommitStore store, EventStore events, EventPartitionStore partitions, EventTail tail, ILogger<Committer> log) : IHostedService
{
    private const int MaxChains = 64;
    private const int MaxCommits = 512;
    private const int MaxBytes = 16 << 20;
    private const int MaxAttempts = 8;

    // So long, of the machine's time, a lost database is waited for before writers are told. While it stays away, others are told at
    // their first try.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    // A writer holds its repository's lock while it waits for room: a full queue slows its callers down, and the limit
    // of a batch keeps the wait short.
    private readonly Channel<PendingCommit> _queue = Channel.CreateBounded<PendingCommit>(
        new BoundedChannelOptions(2048) { SingleReader = true });

    private readonly CommitRows _rows = new();
    private readonly List<PendingCommit> _batch = [];
    private readonly List<CommitChain> _chains = [];
    private readonly Stack<CommitChain> _free = new();
    private readonly Dictionary<RepoState, CommitChain> _byRepo = new(ReferenceEqualityComparer.Instance);
    private readonly List<StreamEvent> _published = [];
    private readonly FrameSlab _frames = new();
    private PendingCommit? _carried;
    private long? _awaySince;
    private Task _loop = Task.CompletedTask;

    /// <summary>Queues a commit. Those of one repository must come in their order.</summary>
    public ValueTask EnqueueAsync(PendingCommit commit, CancellationToken cancellationToken) =>
        _queue.Writer.WriteAsync(commit, cancellationToken);

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _loop = Task.Run(RunAsync, CancellationToken.None);
        return Task.CompletedTask;
    }

    /// <summary>Takes no more commits, and returns when those taken are on disk.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        _queue.Writer.TryComplete();
        await _loop.WaitAsync(cancellationToken);
        await store.DisposeAsync();
    }

    private async Task RunAsync()
    {
        while (_carried is not null || await _queue.Reader.WaitToReadAsync())
        {
            TakeBatch();
            if (_chains.Count > 0)
            {
                await WriteBatchAsync();
            }

            ClearBatch();
        }
    }

    private void TakeBatch()
    {
        var bytes = 0;
        while (_batch.Count < MaxCommits && bytes < MaxBytes && TryTake(out var commit))
        {
            if (commit.Repo.IsBroken)
            {
                commit.Lose();
                continue;
            }

            if (!_byRepo.TryGetValue(commit.Repo, out var chain))
            {
                if (_chains.Count == MaxChains)
                {
                    _carried = commit;
                    return;
                }

                chain = _free.TryPop(out var free) ? free : new CommitChain();
                _chains.Add(chain);
                _byRepo.Add(commit.Repo, chain);
            }

            chain.Commits.Add(commit);
            _batch.Add(commit);
            bytes += commit.Event.Frame.Bytes.Length;
        }
    }

    private bool TryTake([NotNullWhen(true)] out PendingCommit? commit)
    {
        if (_carried is not null)
        {
            (commit, _carried) = (_carried, null);
            return true;
        }

        return _queue.Reader.TryRead(out commit);
    }

    private async Task WriteBatchAsync()
    {
        try
        {
            await AppendAsync(_chains, _batch);
            RepoTelemetry.CommitBatch.Record(_batch.Count);
            _awaySince = null;
        }
        catch (Exception exception)
        {
            // Nobody knows whether the transaction was committed, nor which of its members was at fault: each is looked
            // for, and written alone where it is not there.
            Log.BatchFailed(log, exception.Message, _chains.Count, _batch.Count);
            foreach (var chain in _chains)
            {
                await SettleAsync(chain);
            }
        }
    }

    private async Task AppendAsync(List<CommitChain> chains, List<PendingCommit> inOrder)
    {
        _rows.Clear();
        for (var i = 0; i < chains.Count; i++)
        {
            chains[i].AddTo(_rows);
            chains[i].Number = i + 1;
        }

        foreach (var commit in inOrder)
        {
            _rows.Events.Add(NumberOf(commit), commit.Repo.Id, commit.Event);
        }

        var (seq, won) = await store.AppendAsync(_rows, tail.Newest, CancellationToken.None);

        _published.Clear();
        foreach (var commit in inOrder)
        {
            if (won[NumberOf(commit) - 1])
            {
                _published.Add(commit.Event.Number(++seq, commit.Repo.Id, _frames));
            }
        }

        if (_published.Count > 0)
        {
            tail.Publish(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_published));
        }

        foreach (var commit in inOrder)
        {
            if (won[NumberOf(commit) - 1])
            {
                commit.Succeed();
            }
            else
            {
                commit.Lose();
            }
        }
    }

    private int NumberOf(PendingCommit commit) => _byRepo[commit.Repo].Number;

    private async Task SettleAsync(CommitChain chain)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                if (await events.ContainsAsync(chain.Repo.Id, chain.Commits[^1].Event, CancellationToken.None))
                {
                    chain.Commits.ForEach(static commit => commit.Succeed());
                    tail.Announce();
                }
                else
                {
                    await AppendAsync([chain], chain.Commits);
                }

                _awaySince = null;
                return;
            }
            catch (Exception exception) when (attempt < MaxAttempts && EventPartitionStore.IsBeyondEnd(exception))
            {
                await ReachAsync();
            }
            catch (Exception exception) when (attempt < MaxAttempts && IsTransient(exception) && IsWorthWaiting())
            {
                Log.Retrying(log, exception.Message, attempt);
                await Task.Delay(TimeSpan.FromMilliseconds(50 << attempt), TimeProvider.System);
            }
            catch (Exception exception)
            {
                Log.CommitFailed(log, exception, chain.Repo.Did.Value);
                chain.Commits.ForEach(commit => commit.Fail(exception));
                return;
            }
        }
    }

    // When that fails, the next attempt will, too, and says so.
    private async Task ReachAsync()
    {
        try
        {
            await partitions.ReachAsync(CancellationToken.None);
        }
        catch (Npgsql.NpgsqlException exception)
        {
            Log.ReachFailed(log, exception);
        }
    }

    private bool IsWorthWaiting() => Stopwatch.GetElapsedTime(_awaySince ??= Stopwatch.GetTimestamp()) < Patience;

    private static bool IsTransient(Exception exception) => exception is Npgsql.PostgresException { SqlState: ['5', '7', 'P', ..] } or Npgsql.NpgsqlException { IsTransient: true };

    private void ClearBatch()
    {
        foreach (var chain in _chains)
        {
            chain.Clear();
            _free.Push(chain);
        }

        _chains.Clear();
        _byRepo.Clear();
        _batch.Clear();
        _rows.Clear();
        _published.Clear();
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "A batch of {Commits} commits of {Repos} repositories failed; trying each repository alone: {Reason}")]
        public static partial void BatchFailed(ILogger logger, string reason, int repos, int commits);

        [LoggerMessage(2, LogLevel.Warning, "Commits cannot be written, attempt {Attempt}: {Reason}")]
        public static partial void Retrying(ILogger logger, string reason, int attempt);

        [LoggerMessage(4, LogLevel.Warning, "No partition could be added to the event log; trying again")]
        public static partial void ReachFailed(ILogger logger, Exception exception);

        [LoggerMessage(3, LogLevel.Error, "A commit of {Did} could not be written")]
        public static partial void CommitFailed(ILogger logger, Exception exception, string did);
    }
}
