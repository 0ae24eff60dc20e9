using System.Globalization;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.AspNetCore.Mvc;
using Pds.Contracts.Auth;

namespace Pds.Web.Pages.Admin;

/// <summary>What administrators and the moderation service have done.</summary>
public sealed class AuditModel : ConsolePage
{
    private const int PageSize = 50;

    [FromQuery(Name = "actor")]
    public string? ActorWanted { get; set; }

    [FromQuery(Name = "action")]
    public string? Action { get; set; }

    [FromQuery(Name = "subject")]
    public string? Subject { get; set; }

    /// <summary>The first day, in UTC.</summary>
    [FromQuery(Name = "from")]
    public string? From { get; set; }

    /// <summary>The last day, in UTC.</summary>
    [FromQuery(Name = "until")]
    public string? Until { get; set; }

    /// <summary>The last entry of the page before.</summary>
    [FromQuery(Name = "before")]
    public long? Before { get; set; }

    public long? Next { get; private set; }

    public IReadOnlyList<AuditEntry> Entries { get; private set; } = [];

    public async Task OnGetAsync()
    {
        Entries = await Bus.InvokeAsync<List<AuditEntry>>(
            new ListAudit(
                Given(ActorWanted), Given(Action), Given(Subject), DayOf(From), DayOf(Until)?.AddDays(1), Before, PageSize), Aborted);
        Next = Entries.Count == PageSize ? Entries[^1].Id : null;
    }

    /// <summary>The address of another page of the same search.</summary>
    public string PathOf(long? before)
    {
        var query = new QueryBuilder();
        foreach (var (name, value) in new[]
        {
            ("actor", ActorWanted), ("action", Action), ("subject", Subject), ("from", From), ("until", Until),
            ("before", before?.ToString(CultureInfo.InvariantCulture)),
        })
        {
            if (!string.IsNullOrEmpty(value))
            {
                query.Add(name, value);
            }
        }

        return $"/admin/audit{query}";
    }

    private static DateTimeOffset? DayOf(string? text) =>
        DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)
            && day < DateOnly.MaxValue
            ? new DateTimeOffset(day, TimeOnly.MinValue, TimeSpan.Zero)
            : null;
}
