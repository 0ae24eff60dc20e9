using Microsoft.AspNetCore.Mvc;
using Pds.Contracts.Repo;

namespace Pds.Web.Pages.Admin;

/// <summary>The event stream, who follows it, and who is told of it.</summary>
public sealed class NetworkModel : ConsolePage
{
    /// <summary>How many events somebody may be behind before it is worth a look.</summary>
    public const long Late = 1_000;

    /// <summary>How many subscribers are listed.</summary>
    public const int MostShown = 200;

    public StreamFigures Stream { get; private set; } = null!;

    public IReadOnlyList<CrawlerState> Crawlers { get; private set; } = [];

    public async Task OnGetAsync()
    {
        Stream = await Bus.InvokeAsync<StreamFigures>(new GetStreamFigures(), Aborted);
        Crawlers = await Bus.InvokeAsync<IReadOnlyList<CrawlerState>>(new ListCrawlers(), Aborted);
    }

    public async Task<IActionResult> OnPostCrawlAsync(string? crawler)
    {
        CrawlerState? state = null;
        if (!Uri.TryCreate(crawler, UriKind.Absolute, out var address))
        {
            Refuse("", "This is not the address of a crawler.");
        }
        else if (await ActAsync(
            "com.atproto.sync.requestCrawl", address.Authority, null, "Crawl",
            async () => state = await Bus.InvokeAsync<CrawlerState>(new RequestCrawl(address), Aborted)))
        {
            return SeeOther(
                "/admin/network", state!.Complaint is { } complaint ? $"{address.Authority} did not agree: {complaint}." : $"{address.Authority} will crawl.");
        }

        await OnGetAsync();
        return Page();
    }
}
