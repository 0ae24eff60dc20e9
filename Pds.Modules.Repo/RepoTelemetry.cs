using System.Diagnostics.Metrics;

namespace Pds.Modules.Repo;

/// <summary>The module's source of metrics.</summary>
internal static class RepoTelemetry
{
    public const string Name = "Pds.Modules.Repo";

    private static readonly Meter Meter = new(Name);

    /// <summary>With the tags <c>crawler</c>, a host, and <c>outcome</c>: <c>success</c>, <c>refusal</c>, or <c>failure</c> for a try that may be repeated.</summary>
    public static readonly Counter<long> CrawlRequests =
        Meter.CreateCounter<long>("pds.crawl.requests", description: "Requests to crawlers to look at this server.");
}
