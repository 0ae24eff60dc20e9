using System.Net.WebSockets;
using AtProto;
using AtProto.Stream;
using Pds.Tests.Repo.Model;
using Pds.Tests.Support;

namespace Pds.Tests.Repo.Crash;

/// <summary>
/// A consumer that connects again by its cursor, by one entry after the other, whenever its connection ends, and holds each
/// event to follow the one before it.
/// </summary>
internal sealed class CrashSubscriber(IReadOnlyList<CrashEntry> entries)
{
    private volatile bool _isStopping;
    private long _last;
    private StreamClient? _client;
    private Task _loop = Task.CompletedTask;

    /// <summary>What the events come to.</summary>
    public StreamMirror Mirror { get; } = new();

    /// <summary>All commits that were announced, with their revisions.</summary>
    public Dictionary<Cid, Tid> Commits { get; } = [];

    /// <summary>How often it has connected.</summary>
    public int Connections { get; private set; }

    public void Start() => _loop = Task.Run(RunAsync);

    /// <summary>Returns when it has had an event, and stops; fails the test when the events were not one sequence.</summary>
    public async Task StopAfterAsync(long newest)
    {
        await Eventually.TrueAsync(() => Task.FromResult(Volatile.Read(ref _last) >= newest || _loop.IsCompleted));
        _isStopping = true;
        _client?.Dispose();
        await _loop;
        Assert.Equal(newest, _last);
    }

    private async Task RunAsync()
    {
        while (!_isStopping)
        {
            var entry = entries[Connections++ % entries.Count];
            await entry.UpAsync();
            try
            {
                using var client = _client = await StreamClient.ConnectAsync(entry.Url, _last);
                while (await client.ReadAsync() is { } message)
                {
                    Take(message);
                }
            }
            catch (Exception exception) when (exception is WebSocketException or ObjectDisposedException or OperationCanceledException)
            {
                // The server was killed, or nothing has happened for a while, or nothing more is asked for.
            }
        }
    }

    private void Take(StreamMessage message)
    {
        var seen = Assert.IsType<EventMessage>(message, exactMatch: false);
        Assert.Equal(_last + 1, seen.Seq);
        if (seen is CommitMessage commit)
        {
            Mirror.Take(commit);
            Commits.Add(commit.Commit, commit.Rev);
        }

        Volatile.Write(ref _last, seen.Seq);
    }
}
