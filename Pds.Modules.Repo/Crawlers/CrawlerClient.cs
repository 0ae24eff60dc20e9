using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Pds.Xrpc;
using Pds.Xrpc.Outgoing;

namespace Pds.Modules.Repo.Crawlers;

/// <summary>Calls <c>com.atproto.sync.requestCrawl</c> of a crawler, which then connects to the stream of this server.</summary>
internal sealed class CrawlerClient(OutgoingHttp http, CrawlerMemory memory, ServiceOptions service, TimeProvider time)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    /// <summary>Asks once; what goes wrong is in the answer.</summary>
    public async Task<Outcome> RequestCrawlAsync(Uri crawler, CancellationToken cancellationToken)
    {
        var outcome = await TryRequestAsync(crawler, cancellationToken);
        var name = outcome.Complaint is null ? "success" : outcome.IsFinal ? "refusal" : "failure";
        await memory.SetAsync(crawler, outcome.Complaint);
        RepoTelemetry.CrawlRequests.Add(1, new("crawler", crawler.Authority), new("outcome", name));
        return outcome;
    }

    private async Task<Outcome> TryRequestAsync(Uri crawler, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(Limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(crawler, "/xrpc/com.atproto.sync.requestCrawl"))
            {
                Content = new ByteArrayContent(Body()) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } },
            };
            using var response = await http.Configured.SendAsync(request.For("crawler"), either.Token);
            return response.IsSuccessStatusCode
                ? new Outcome(IsFinal: true, null)
                : new Outcome(IsRefusal(response.StatusCode), $"it answered {(int)response.StatusCode}");
        }
        catch (Exception exception) when (exception is HttpRequestException or OperationCanceledException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return new Outcome(IsFinal: false, exception.Message);
        }
    }

    private byte[] Body()
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            json.WriteString("hostname"u8, service.Hostname);
            json.WriteEndObject();
        }

        return bytes.ToArray();
    }

    // Such as HostBanned: asking again soon would change nothing.
    private static bool IsRefusal(HttpStatusCode status) =>
        (int)status is >= 400 and < 500 && status is not (HttpStatusCode.TooManyRequests or HttpStatusCode.RequestTimeout);

    /// <param name="IsFinal">Whether to leave it at that for this time.</param>
    /// <param name="Complaint">What went wrong; null when nothing did.</param>
    internal readonly record struct Outcome(bool IsFinal, string? Complaint);
}
