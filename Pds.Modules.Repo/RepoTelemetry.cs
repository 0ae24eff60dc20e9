using System.Diagnostics.Metrics;
using Pds.Xrpc;

namespace Pds.Modules.Repo;

/// <summary>The module's source of metrics. What is looked at rather than counted is in <see cref="Firehose.StreamGauges"/>.</summary>
internal static class RepoTelemetry
{
    public const string Name = "Pds.Modules.Repo";

    private static readonly Meter Meter = new(Name);

    /// <summary>With the tag <c>outcome</c>: <c>success</c>, <c>overtaken</c> by another process, after which it is made again, or <c>failure</c>.</summary>
    public static readonly Counter<long> Commits = Meter.CreateCounter<long>("pds.commits", description: "Commits that were made.");

    public static readonly Histogram<double> CommitDuration = Meter.CreateHistogram(
        "pds.commit.duration", "s", "From a signed commit to its being on disk.", [], Buckets.Waits);

    public static readonly Histogram<int> CommitBatch = Meter.CreateHistogram(
        "pds.commit.batch", "{commit}", "Commits that were written in one transaction.", [], Buckets.Counts);

    /// <summary>With the tag <c>kind</c>.</summary>
    public static readonly Counter<long> Events = Meter.CreateCounter<long>(
        "pds.events", description: "Events that came into the stream of this process, whoever made them.");

    public static readonly Counter<long> EventsSent = Meter.CreateCounter<long>(
        "pds.subscriber.events", description: "Events that were sent to subscribers.");

    /// <summary>With the tag <c>reason</c>: the protocol's name for it, or <c>gone</c> for one that took nothing any more.</summary>
    public static readonly Counter<long> SubscribersDropped = Meter.CreateCounter<long>(
        "pds.subscribers.dropped", description: "Subscribers that were sent away.");

    public static readonly Counter<long> BlobsReceived = Meter.CreateCounter<long>("pds.blobs.received", description: "Blobs that were uploaded.");

    public static readonly Counter<long> BlobBytesReceived = Meter.CreateCounter<long>("pds.blobs.received.bytes", "By", "Bytes of uploads.");

    public static readonly Counter<long> BlobsServed = Meter.CreateCounter<long>("pds.blobs.served", description: "Blobs that were asked for and here.");

    public static readonly Counter<long> BlobBytesServed = Meter.CreateCounter<long>("pds.blobs.served.bytes", "By", "Bytes of the blobs that were asked for.");

    public static readonly Counter<long> BlobsCollected = Meter.CreateCounter<long>(
        "pds.blobs.collected", description: "Blobs that were deleted because nothing needs them.");

    /// <summary>With the tag <c>outcome</c>: <c>success</c>, <c>refusal</c> or <c>failure</c>.</summary>
    public static readonly Histogram<double> ImportDuration = Meter.CreateHistogram(
        "pds.import.duration", "s", "Imports of repositories, from the first byte on.", [], Buckets.Long);

    /// <summary>With the tags <c>crawler</c>, a host, and <c>outcome</c>: <c>success</c>, <c>refusal</c>, or <c>failure</c> for a try that may be repeated.</summary>
    public static readonly Counter<long> CrawlRequests =
        Meter.CreateCounter<long>("pds.crawl.requests", description: "Requests to crawlers to look at this server.");
}
