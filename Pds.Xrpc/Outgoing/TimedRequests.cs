using System.Diagnostics;

namespace Pds.Xrpc.Outgoing;

/// <summary>Measures how long other servers take.</summary>
internal sealed class TimedRequests(HttpMessageHandler inner) : DelegatingHandler(inner)
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var (started, outcome) = (Stopwatch.GetTimestamp(), "failure");
        try
        {
            var response = await base.SendAsync(request, cancellationToken);
            outcome = (int)response.StatusCode switch { < 400 => "success", < 500 => "refusal", _ => "failure" };
            return response;
        }
        finally
        {
            XrpcTelemetry.OutgoingDuration.Record(
                Stopwatch.GetElapsedTime(started).TotalSeconds, new("service", Purpose.Of(request)), new("outcome", outcome));
        }
    }
}
