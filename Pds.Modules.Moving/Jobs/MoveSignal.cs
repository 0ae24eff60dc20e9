namespace Pds.Modules.Moving.Jobs;

/// <summary>Wakes the worker of this process; those of others look by themselves.</summary>
internal sealed class MoveSignal
{
    private TaskCompletionSource _rung = New();

    public void Ring() => Volatile.Read(ref _rung).TrySetResult();

    /// <summary>Returns at a ring, one before it included, or when the time is over.</summary>
    public async Task WaitAsync(TimeSpan limit, TimeProvider time, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await Task.WhenAny(Volatile.Read(ref _rung).Task, Task.Delay(limit, time, either.Token));
        await either.CancelAsync();
        Volatile.Write(ref _rung, New());
        cancellationToken.ThrowIfCancellationRequested();
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
