using Npgsql;

namespace Pds.Postgres;

/// <summary>One read of a batch.</summary>
internal abstract class WaitingRead(NpgsqlBatchCommand command)
{
    public NpgsqlBatchCommand Command { get; } = command;

    /// <summary>Whether nobody waits any longer; then it has been told so.</summary>
    public abstract bool IsCancelled();

    /// <summary>Answers with the rows that the reader stands before. Throws only what concerns the whole batch.</summary>
    public abstract ValueTask ReadAsync(NpgsqlDataReader rows);

    public abstract void Fail(Exception failure);
}

/// <inheritdoc/>
internal sealed class WaitingRead<T>(
    NpgsqlBatchCommand command, Func<NpgsqlDataReader, CancellationToken, ValueTask<T>> read, CancellationToken cancellationToken)
    : WaitingRead(command)
{
    // The batch must not stand still while those that it serves go on with their work.
    private readonly TaskCompletionSource<T> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task<T> Task => _answer.Task;

    public override bool IsCancelled()
    {
        if (cancellationToken.IsCancellationRequested)
        {
            _answer.TrySetCanceled(cancellationToken);
        }

        return cancellationToken.IsCancellationRequested;
    }

    public override async ValueTask ReadAsync(NpgsqlDataReader rows)
    {
        try
        {
            _answer.TrySetResult(await read(rows, CancellationToken.None));
        }
        catch (Exception failure) when (failure is not NpgsqlException)
        {
            _answer.TrySetException(failure);
        }
    }

    public override void Fail(Exception failure) => _answer.TrySetException(failure);
}
