using System.Collections.Concurrent;
using System.Data;
using Npgsql;

namespace Pds.Postgres;

/// <summary>A connection, and the batch of reads that it carries at the time.</summary>
internal sealed class ReadLane(NpgsqlDataSource database, TimeSpan timeout) : IAsyncDisposable
{
    // More to a batch gains nothing, and makes the first of them wait.
    private const int MaxReads = 32;

    private readonly List<WaitingRead> _reads = new(MaxReads);
    private NpgsqlConnection? _connection;

    /// <summary>Takes of those that wait; false when nobody does.</summary>
    public bool Take(ConcurrentQueue<WaitingRead> waiting)
    {
        while (_reads.Count < MaxReads && waiting.TryDequeue(out var read))
        {
            if (!read.IsCancelled())
            {
                _reads.Add(read);
            }
        }

        return _reads.Count > 0;
    }

    /// <summary>Answers each of the reads, be it with the failure. Never throws.</summary>
    /// <param name="waiting">Where reads go back to that were behind a refused one: Postgres ends a batch with it.</param>
    public async Task RunAsync(ConcurrentQueue<WaitingRead> waiting)
    {
        var done = 0;
        try
        {
            _connection ??= database.CreateConnection();
            if (_connection.State != ConnectionState.Open)
            {
                await _connection.OpenAsync(CancellationToken.None);
            }

            await using var batch = new NpgsqlBatch(_connection) { Timeout = (int)timeout.TotalSeconds };
            foreach (var read in _reads)
            {
                batch.BatchCommands.Add(read.Command);
            }

            await using var rows = await batch.ExecuteReaderAsync(CommandBehavior.Default, CancellationToken.None);
            await _reads[0].ReadAsync(rows);
            for (done = 1; done < _reads.Count; done++)
            {
                await rows.NextResultAsync(CancellationToken.None);
                await _reads[done].ReadAsync(rows);
            }
        }
        catch (PostgresException refusal) when (_connection!.State == ConnectionState.Open)
        {
            _reads[done].Fail(refusal);
            for (var behind = done + 1; behind < _reads.Count; behind++)
            {
                waiting.Enqueue(_reads[behind]);
            }
        }
        catch (Exception failure)
        {
            for (; done < _reads.Count; done++)
            {
                _reads[done].Fail(failure);
            }

            await LeaveConnectionAsync();
        }
        finally
        {
            _reads.Clear();
        }
    }

    public ValueTask DisposeAsync() => LeaveConnectionAsync();

    private async ValueTask LeaveConnectionAsync()
    {
        if (_connection is { } left)
        {
            _connection = null;
            await left.DisposeAsync();
        }
    }
}
