using System.Collections.Concurrent;
using System.Diagnostics;
using Pds.Xrpc;

namespace Pds.Modules.Auth.Accounts;

/// <summary>
/// Hashes and checks passwords on a few threads of its own. However many people sign in at once, half of the processors
/// stay free for everyone else; those for whom the queue has no room are turned away.
/// </summary>
internal sealed class PasswordHasher : IDisposable
{
    private const int QueueLength = 512;

    private readonly BlockingCollection<Job> _queue = new(QueueLength);

    public PasswordHasher()
    {
        for (var i = 0; i < Math.Max(1, Environment.ProcessorCount / 2); i++)
        {
            new Thread(Work) { IsBackground = true, Name = "Passwords" }.Start();
        }
    }

    public async Task<string> HashAsync(string password, CancellationToken cancellationToken) =>
        (await EnqueueAsync(() => PasswordHash.Create(password), cancellationToken))!;

    /// <summary>Takes the same time whether or not there is a hash to compare with.</summary>
    public async Task<bool> VerifyAsync(string password, string? hash, CancellationToken cancellationToken) =>
        await EnqueueAsync(
            () => PasswordHash.Verify(password, hash ?? PasswordHash.OfNoPassword) && hash is not null ? hash : null,
            cancellationToken) is not null;

    public void Dispose() => _queue.CompleteAdding();

    private Task<string?> EnqueueAsync(Func<string?> work, CancellationToken cancellationToken)
    {
        var job = new Job(work, new(TaskCreationOptions.RunContinuationsAsynchronously), cancellationToken);
        if (!_queue.TryAdd(job, 0, CancellationToken.None))
        {
            throw new XrpcException(503, "NotEnoughResources", "Too many people are signing in at once, please try again");
        }

        AuthTelemetry.PasswordsQueued.Add(1);
        return job.Completion.Task;
    }

    private void Work()
    {
        foreach (var job in _queue.GetConsumingEnumerable())
        {
            AuthTelemetry.PasswordsQueued.Add(-1);
            Run(job);
        }
    }

    private static void Run(Job job)
    {
        if (job.CancellationToken.IsCancellationRequested)
        {
            job.Completion.SetCanceled(job.CancellationToken);
            return;
        }

        var start = Stopwatch.GetTimestamp();
        try
        {
            job.Completion.SetResult(job.Run());
        }
        catch (Exception failure)
        {
            job.Completion.SetException(failure);
        }

        AuthTelemetry.PasswordDuration.Record(Stopwatch.GetElapsedTime(start).TotalSeconds);
    }

    private sealed record Job(
        Func<string?> Run, TaskCompletionSource<string?> Completion, CancellationToken CancellationToken);
}
