using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.InteropServices;
using AtProto;
using Pds.Xrpc;

namespace Pds.Modules.Auth.Accounts;

/// <summary>
/// Hashes and checks passwords on a few threads of its own, which give way to all others. However many people sign in at
/// once, everyone else is served before them; those for whom the queue has no room are turned away.
/// </summary>
internal sealed class PasswordHasher : IDisposable
{
    private const int QueueLength = 512;
    private const int Niceness = 10;

    private readonly BlockingCollection<Job> _queue = new(QueueLength);

    public PasswordHasher()
    {
        for (var i = 0; i < Environment.ProcessorCount; i++)
        {
            new Thread(Work) { IsBackground = true, Name = "Passwords", Priority = ThreadPriority.BelowNormal }.Start();
        }
    }

    public async Task<string> HashAsync(string password, CancellationToken cancellationToken) =>
        (await EnqueueAsync(() => PasswordHash.Create(password), cancellationToken))!;

    /// <summary>Takes the same time whether or not there is a hash to compare with.</summary>
    public async Task<bool> VerifyAsync(string password, string? hash, CancellationToken cancellationToken) =>
        await EnqueueAsync(
            () => PasswordHash.Verify(password, hash ?? PasswordHash.OfNoPassword) && hash is not null ? hash : null,
            cancellationToken) is not null;

    /// <summary>See <see cref="ScryptHash.OfAppPassword"/>.</summary>
    public async Task<byte[]> HashTakenOverAsync(Did did, string appPassword, CancellationToken cancellationToken) =>
        Convert.FromHexString((await EnqueueAsync(
            () => Convert.ToHexString(ScryptHash.OfAppPassword(did, appPassword)), cancellationToken))!);

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
        if (OperatingSystem.IsLinux())
        {
            // There the runtime leaves the priority of a thread alone. Zero is the calling thread; a refusal does no harm.
            _ = SetPriority(which: 0, who: 0, Niceness);
        }

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

    [DllImport("libc", EntryPoint = "setpriority")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SetPriority(int which, uint who, int niceness);

    private sealed record Job(
        Func<string?> Run, TaskCompletionSource<string?> Completion, CancellationToken CancellationToken);
}
