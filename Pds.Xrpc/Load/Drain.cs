using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;

namespace Pds.Xrpc;

/// <summary>
/// How a server leaves without a client noticing: told to stop, it says that it is not ready and goes on serving until whoever
/// balances has seen that; then consumers of the event stream are sent elsewhere, and requests under way are finished.
/// </summary>
public sealed class Drain(LoadOptions options, IHostApplicationLifetime life, TimeProvider time) : IHostedLifecycleService, IDisposable
{
    private readonly CancellationTokenSource _leaving = new();
    private bool _isStopping;

    /// <summary>Whether the server was told to stop.</summary>
    public bool HasBegun => Volatile.Read(ref _isStopping) || life.ApplicationStopping.IsCancellationRequested;

    /// <summary>When what has no end of its own has to end.</summary>
    public CancellationToken Leaving => _leaving.Token;

    /// <summary>Before anything is stopped, the listener included.</summary>
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        // Who stops it a second time has no more patience, or finds it stopped.
        if (Interlocked.Exchange(ref _isStopping, true))
        {
            return;
        }

        if (options.DrainTime > TimeSpan.Zero)
        {
            await Task.Delay(options.DrainTime, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await _leaving.CancelAsync();
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => _leaving.Dispose();

    /// <summary>A client that keeps its connection open would otherwise meet the end of it with a request on its way.</summary>
    internal Task CloseBehindAsync(HttpContext context, RequestDelegate next)
    {
        if (HasBegun && context.Request.Protocol == "HTTP/1.1" && !context.WebSockets.IsWebSocketRequest)
        {
            context.Response.Headers.Connection = "close";
        }

        return next(context);
    }
}
