using Pds.Contracts.Repo;
using Pds.Xrpc;

namespace Pds.Modules.Repo.Crawlers;

/// <summary>Shows how the configured crawlers stand, and asks one to look when an administrator says so.</summary>
public sealed class CrawlerDesk
{
    private readonly CrawlerClient _client;
    private readonly CrawlerMemory _memory;
    private readonly RepoOptions _options;

    internal CrawlerDesk(CrawlerClient client, CrawlerMemory memory, RepoOptions options) =>
        (_client, _memory, _options) = (client, memory, options);

    internal async Task<IReadOnlyList<CrawlerState>> ListAsync() =>
        await Task.WhenAll(Array.ConvertAll(_options.Crawlers, _memory.GetAsync));

    /// <exception cref="XrpcException"><c>InvalidRequest</c>: it is not configured.</exception>
    internal async Task<CrawlerState> RequestAsync(Uri crawler, CancellationToken cancellationToken)
    {
        if (!_options.Crawlers.Contains(crawler))
        {
            throw XrpcErrors.InvalidRequest("This crawler is not among those in PDS_CRAWLERS");
        }

        await _client.RequestCrawlAsync(crawler, cancellationToken);
        return await _memory.GetAsync(crawler);
    }
}
