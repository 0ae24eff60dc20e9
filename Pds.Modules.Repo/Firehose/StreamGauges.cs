using System.Diagnostics.Metrics;
using Microsoft.Extensions.Hosting;

namespace Pds.Modules.Repo.Firehose;

/// <summary>What is seen of the stream whenever someone looks: where it stands, who follows it, and how far each is behind.</summary>
internal sealed class StreamGauges(StreamWatch watch, EventTail tail, IMeterFactory meters) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken)
    {
        var meter = meters.Create(RepoTelemetry.Name);
        meter.CreateObservableGauge("pds.subscribers", () => watch.Measure().Count, "{subscriber}", "Subscribers of the event stream.");
        meter.CreateObservableGauge(
            "pds.subscriber.lag", () => watch.Measure().Behind, "{event}", "How many events the subscriber that is furthest behind has to come.");
        meter.CreateObservableGauge("pds.sequencer.position", () => tail.Newest, description: "The number of the newest event that this process knows.");
        meter.CreateObservableGauge(
            "pds.sequencer.lag", () => tail.Lag.TotalSeconds, "s", "How long ago this process last knew every event of the log.");
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
