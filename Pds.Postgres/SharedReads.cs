using System.Collections.Concurrent;
using System.Diagnostics;
using Npgsql;

namespace Pds.Postgres;

/// <summary>
/// Short reads of many requests, in few round trips. A read alone goes out at once; those that come while it is under way go
/// together when it is back, so that batches grow with the load and nothing ever waits for company. For statements that read a
/// few rows by an index, outside of any transaction: what is read slowly holds up those behind it.
/// </summary>
/// <remarks>See docs/decisions/0009-reads.md for what it is worth.</remarks>
public sealed class SharedReads : IAsyncDisposable
{
    // So many reads bring another connection to the help of each that is at work.
    private const int ReadsToALane = 16;

    // A connection that has been gone for this long has met something slow: the next one steps in.
    private static readonly TimeSpan SlowAfter = TimeSpan.FromMilliseconds(2);

    private static readonly ActivitySource Activities = new("Pds.Postgres");

    private readonly ConcurrentQueue<WaitingRead> _waiting = new();
    private readonly ConcurrentStack<ReadLane> _idle = new();
    private readonly int _lanes;
    private int _working;
    private long _sentAt;

    /// <param name="database">Lends each lane a connection, which it keeps.</param>
    /// <param name="lanes">How many connections at most.</param>
    /// <param name="timeout">How long a batch may take before each of its reads fails with a <see cref="NpgsqlException"/>.</param>
    public SharedReads(NpgsqlDataSource database, int lanes, TimeSpan timeout)
    {
        _lanes = lanes;
        for (var i = 0; i < lanes; i++)
        {
            _idle.Push(new ReadLane(database, timeout));
        }
    }

    /// <summary>Reads.</summary>
    /// <param name="command">One statement. It belongs to the batch from here on.</param>
    /// <param name="read">Makes the answer of the rows. It is given no more than these, and should not wait for anything else.</param>
    /// <param name="cancellationToken">Keeps a read that waits from being sent; one that is under way is finished.</param>
    /// <exception cref="NpgsqlException">The database refused, or was lost. Other reads of the batch do not suffer from a refusal.</exception>
    public async Task<T> RunAsync<T>(
        NpgsqlBatchCommand command,
        Func<NpgsqlDataReader, CancellationToken, ValueTask<T>> read,
        CancellationToken cancellationToken)
    {
        using var activity = Activities.StartActivity("postgresql", ActivityKind.Client);
        activity?.SetTag("db.system.name", "postgresql");
        activity?.SetTag("db.query.text", command.CommandText);

        var waiting = new WaitingRead<T>(command, read, cancellationToken);
        _waiting.Enqueue(waiting);
        Wake();
        return await waiting.Task;
    }

    /// <summary>Gives the connections back. Nobody may be reading any more.</summary>
    public async ValueTask DisposeAsync()
    {
        while (_idle.TryPop(out var lane))
        {
            await lane.DisposeAsync();
        }
    }

    private void Wake()
    {
        var working = Volatile.Read(ref _working);
        while (working == 0 || (working < _lanes && IsHelpNeeded(working)))
        {
            var seen = Interlocked.CompareExchange(ref _working, working + 1, working);
            if (seen == working)
            {
                // Whoever happens to come first lends its thread until the batch is sent, but not its trace or its request.
                using (ExecutionContext.SuppressFlow())
                {
                    _ = WorkAsync();
                }

                return;
            }

            working = seen;
        }
    }

    private bool IsHelpNeeded(int working) =>
        _waiting.Count >= working * ReadsToALane
        || Stopwatch.GetElapsedTime(Volatile.Read(ref _sentAt)) > SlowAfter;

    private async Task WorkAsync()
    {
        if (!_idle.TryPop(out var lane))
        {
            throw new UnreachableException();
        }

        while (lane.Take(_waiting))
        {
            Volatile.Write(ref _sentAt, Stopwatch.GetTimestamp());
            await lane.RunAsync(_waiting);
        }

        _idle.Push(lane);
        Interlocked.Decrement(ref _working);

        // One that was added between the last look and the line above woke nobody.
        if (!_waiting.IsEmpty)
        {
            Wake();
        }
    }
}
