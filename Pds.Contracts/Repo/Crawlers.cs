namespace Pds.Contracts.Repo;

/// <summary>Asks how the crawlers stand that are told of news here; answered with a list of <see cref="CrawlerState"/>.</summary>
public sealed record ListCrawlers;

/// <summary>A crawler that is told of news here.</summary>
/// <param name="AskedAt">When it was last asked to look; null when it is not known.</param>
/// <param name="Complaint">What went wrong then; null when nothing did.</param>
public sealed record CrawlerState(Uri Address, DateTimeOffset? AskedAt, string? Complaint);

/// <summary>
/// Asks a crawler to look at this server, now; answered with its <see cref="CrawlerState"/> after it. Refused with
/// <c>InvalidRequest</c> for one that is not among the configured ones.
/// </summary>
public sealed record RequestCrawl(Uri Crawler);
