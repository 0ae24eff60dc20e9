namespace Pds.Modules.Auth.Mail;

/// <summary>Wakes who works behind the requests when this process has left something to do.</summary>
internal sealed class WorkSignal : IDisposable
{
    private readonly SemaphoreSlim _queued = new(0, 1);

    public void Set()
    {
        if (_queued.CurrentCount == 0)
        {
            try
            {
                _queued.Release();
            }
            catch (SemaphoreFullException)
            {
                // Another thread has just done it.
            }
        }
    }

    /// <summary>Returns when there is something, or after the time.</summary>
    public async Task WaitAsync(TimeSpan time, TimeProvider clock, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(time, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            await _queued.WaitAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // Time to look by itself.
        }
    }

    public void Dispose() => _queued.Dispose();
}
