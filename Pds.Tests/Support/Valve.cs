using System.Net;
using System.Net.Sockets;

namespace Pds.Tests.Support;

/// <summary>A way to Postgres or Redis on which answers can be held back, while what is asked goes through.</summary>
internal sealed class Valve : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly int _behind;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _accepting;
    private volatile TaskCompletionSource _open = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private Valve(int port)
    {
        _behind = port;
        _listener.Start();
        _open.SetResult();
        _accepting = AcceptAsync();
    }

    /// <summary>The TCP port on 127.0.0.1 by which to take this way.</summary>
    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <param name="port">Of who answers, on 127.0.0.1.</param>
    public static Valve Before(int port) => new(port);

    /// <summary>Holds all answers back from now on.</summary>
    public void Close() => _open = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Lets them through, those that were held back first.</summary>
    public void Open() => _open.TrySetResult();

    public async ValueTask DisposeAsync()
    {
        Open();
        await _stopping.CancelAsync();
        _listener.Dispose();
        await _accepting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stopping.Dispose();
    }

    private async Task AcceptAsync()
    {
        while (true)
        {
            _ = ServeAsync(await _listener.AcceptTcpClientAsync(_stopping.Token));
        }
    }

    private async Task ServeAsync(TcpClient client)
    {
        using var server = new TcpClient();
        using (client)
        {
            await server.ConnectAsync(IPAddress.Loopback, _behind, _stopping.Token);
            await Task.WhenAny(
                PassAsync(client.GetStream(), server.GetStream(), static () => Task.CompletedTask),
                PassAsync(server.GetStream(), client.GetStream(), () => _open.Task));
        }
    }

    private async Task PassAsync(NetworkStream from, NetworkStream to, Func<Task> waitAsync)
    {
        var buffer = new byte[64 * 1024];
        while (await from.ReadAsync(buffer, _stopping.Token) is > 0 and var count)
        {
            await waitAsync();
            await to.WriteAsync(buffer.AsMemory(0, count), _stopping.Token);
        }
    }
}
