using Pds.Contracts.Repo;
using Pds.Modules.Repo.Crawlers;

namespace Pds.Modules.Repo.Handlers;

public static class RequestCrawlHandler
{
    public static Task<CrawlerState> HandleAsync(RequestCrawl command, CrawlerDesk desk, CancellationToken cancellationToken) =>
        desk.RequestAsync(command.Crawler, cancellationToken);
}
