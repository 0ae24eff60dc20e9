using Microsoft.Extensions.Diagnostics.HealthChecks;
using Pds.Contracts.Auth;
using Pds.Contracts.Repo;
using Pds.Web.Operation;

namespace Pds.Web.Pages.Admin;

/// <summary>Whether all that the server stands on is well.</summary>
internal sealed class HealthModel(Health health, Volumes volumes, Replicas replicas, TimeProvider time) : ConsolePage
{
    private static readonly TimeSpan LongWait = TimeSpan.FromMinutes(15);

    public IReadOnlyList<HealthLine> Lines { get; private set; } = [];

    public IReadOnlyList<Volume> Disks { get; private set; } = [];

    public IReadOnlyList<Replica> Replicas { get; private set; } = [];

    public string Own => replicas.Own.Id;

    public StorageFigures Storage { get; private set; } = null!;

    public async Task OnGetAsync()
    {
        var mail = MailLine(await Bus.InvokeAsync<MailOverview>(new ListMail(1), Aborted), time.GetUtcNow());
        Lines = [.. await health.CheckAsync(Aborted), mail];
        Disks = volumes.List();
        Replicas = await replicas.ListAsync();
        Storage = await Bus.InvokeAsync<StorageFigures>(new GetStorageFigures(), Aborted);
    }

    /// <summary>How mail stands.</summary>
    internal static HealthLine MailLine(MailOverview queue, DateTimeOffset now) => queue switch
    {
        { IsConfigured: false } => new HealthLine("Mail", HealthStatus.Degraded, "no mail server is configured"),
        { GivenUp: > 0 } => new HealthLine("Mail", HealthStatus.Degraded, $"{Figure.Count(queue.GivenUp)} mails were given up"),
        { OldestAt: { } oldest } when now - oldest > LongWait =>
            new HealthLine("Mail", HealthStatus.Degraded, $"a mail has waited for {Figure.Duration(now - oldest)}"),
        _ => new HealthLine("Mail", HealthStatus.Healthy, $"{Figure.Count(queue.Waiting)} waiting"),
    };
}
