using Microsoft.Extensions.Diagnostics.HealthChecks;
using Pds.Contracts.Auth;
using Pds.Contracts.Repo;
using Pds.Web.Operation;

namespace Pds.Web.Pages.Admin;

/// <summary>The server at a glance: what there is, and what is worth a look.</summary>
internal sealed class IndexModel(Health health, Volumes volumes, Replicas replicas, TimeProvider time) : ConsolePage
{
    private const int RecentEntries = 8;

    public AccountCounts Accounts { get; private set; } = null!;

    public StorageFigures Storage { get; private set; } = null!;

    public StreamFigures Stream { get; private set; } = null!;

    public MailOverview Mail { get; private set; } = null!;

    public int Processes { get; private set; }

    public DateTimeOffset Now => time.GetUtcNow();

    public IReadOnlyList<AuditEntry> Audit { get; private set; } = [];

    /// <summary>What is not as it should be, and the page that tells more.</summary>
    public IReadOnlyList<(string Text, string Path)> Concerns { get; private set; } = [];

    public async Task OnGetAsync()
    {
        Accounts = await Bus.InvokeAsync<AccountCounts>(new CountAccounts(), Aborted);
        Storage = await Bus.InvokeAsync<StorageFigures>(new GetStorageFigures(), Aborted);
        Stream = await Bus.InvokeAsync<StreamFigures>(new GetStreamFigures(), Aborted);
        Mail = await Bus.InvokeAsync<MailOverview>(new ListMail(1), Aborted);
        Processes = (await replicas.ListAsync()).Count;
        Audit = await Bus.InvokeAsync<List<AuditEntry>>(new ListAudit(null, null, null, null, null, null, RecentEntries), Aborted);
        Concerns = await FindConcernsAsync();
    }

    private async Task<List<(string, string)>> FindConcernsAsync()
    {
        var concerns = new List<(string, string)>();
        foreach (var line in (await health.CheckAsync(Aborted)).Append(HealthModel.MailLine(Mail, time.GetUtcNow())))
        {
            if (line.Status != HealthStatus.Healthy)
            {
                concerns.Add(($"{line.Name}: {line.Detail}", line.Name == "Mail" ? "/admin/mail" : "/admin/health"));
            }
        }

        foreach (var volume in volumes.List().Where(volume => volume.IsTight))
        {
            concerns.Add(($"{volume.Use}: {Figure.Bytes(volume.Free)} of disk are left", "/admin/health"));
        }

        if (Stream.Subscribers.Count > 0 && Stream.Subscribers[0].Behind > NetworkModel.Late)
        {
            concerns.Add(($"A subscriber is {Figure.Count(Stream.Subscribers[0].Behind)} events behind", "/admin/network"));
        }

        foreach (var crawler in await Bus.InvokeAsync<IReadOnlyList<CrawlerState>>(new ListCrawlers(), Aborted))
        {
            if (crawler.Complaint is { } complaint)
            {
                concerns.Add(($"{crawler.Address.Authority} was asked to crawl: {complaint}", "/admin/network"));
            }
        }

        return concerns;
    }
}
