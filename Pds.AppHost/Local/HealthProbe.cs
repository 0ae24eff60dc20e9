using System.Diagnostics;
using Pds.LocalServices;

namespace Pds.AppHost.Local;

/// <summary>Asks a service how it is until it is well.</summary>
internal static class HealthProbe
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <exception cref="LocalServiceException">It ended, or did not get well in time.</exception>
    public static async Task WaitAsync(string name, Uri url, Process process, CancellationToken cancellationToken)
    {
        var begun = TimeProvider.System.GetTimestamp();
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false }, disposeHandler: true);
        using var timer = new PeriodicTimer(Interval, TimeProvider.System);
        while (!await IsHealthyAsync(client, url, cancellationToken))
        {
            if (process.HasExited)
            {
                throw new LocalServiceException($"{name} ended with {process.ExitCode} before it was healthy; what it said is above.");
            }

            if (TimeProvider.System.GetElapsedTime(begun) > Patience)
            {
                throw new LocalServiceException($"{name} is not healthy at {url} after {Patience.TotalMinutes:0} minutes.");
            }

            await timer.WaitForNextTickAsync(cancellationToken);
        }
    }

    private static async Task<bool> IsHealthyAsync(HttpClient client, Uri url, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await client.GetAsync(url, cancellationToken);
            return response.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
