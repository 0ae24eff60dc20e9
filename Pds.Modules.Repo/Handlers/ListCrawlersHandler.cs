using Pds.Contracts.Repo;
using Pds.Modules.Repo.Crawlers;

namespace Pds.Modules.Repo.Handlers;

public static class ListCrawlersHandler
{
    public static Task<IReadOnlyList<CrawlerState>> HandleAsync(ListCrawlers query, CrawlerDesk desk) =>
        desk.ListAsync();
}
