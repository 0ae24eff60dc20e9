using System.Text.Json;
using System.Text.Json.Nodes;

namespace Pds.Cli.Backup;

/// <summary>Asks relays how far they have read this server's event stream.</summary>
internal static class RelayNumbers
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    /// <summary>The greatest number that any of them has seen; null when none tells.</summary>
    public static async Task<long?> FindAsync(IEnumerable<Uri> relays, string hostname, CancellationToken cancellationToken)
    {
        using var http = new HttpClient(new SocketsHttpHandler(), disposeHandler: true) { Timeout = Limit, MaxResponseContentBufferSize = 1 << 20 };
        long? greatest = null;
        foreach (var relay in relays)
        {
            try
            {
                using var response = await http.GetAsync(
                    new Uri(relay, $"/xrpc/com.atproto.sync.getHostStatus?hostname={Uri.EscapeDataString(hostname)}"), cancellationToken);
                if (response.IsSuccessStatusCode
                    && JsonNode.Parse(await response.Content.ReadAsByteArrayAsync(cancellationToken))?["seq"] is JsonValue seq
                    && seq.TryGetValue(out long number))
                {
                    greatest = Math.Max(greatest ?? 0, number);
                }
            }
            catch (Exception failure) when (
                failure is HttpRequestException or JsonException or TaskCanceledException && !cancellationToken.IsCancellationRequested)
            {
                // One that does not tell is as good as none.
            }
        }

        return greatest;
    }
}
