using System.Globalization;
using Microsoft.AspNetCore.Mvc;
using Pds.Contracts.Auth;

namespace Pds.Web.Pages.Admin;

/// <summary>The mail that waits or was given up. What is in it is not shown: there may be a token.</summary>
public sealed class MailModel(TimeProvider time) : ConsolePage
{
    private const int MostShown = 200;

    public MailOverview Queue { get; private set; } = null!;

    public DateTimeOffset Now => time.GetUtcNow();

    public async Task OnGetAsync() => Queue = await Bus.InvokeAsync<MailOverview>(new ListMail(MostShown), Aborted);

    public Task<IActionResult> OnPostRetryAsync(long id) => DoAsync(
        "console.retryMail", id, () => Bus.InvokeAsync<bool>(new RetryMail(id), Aborted), "The mail is tried again.");

    public Task<IActionResult> OnPostDropAsync(long id) => DoAsync(
        "console.dropMail", id, () => Bus.InvokeAsync<bool>(new DropMail(id), Aborted), "The mail is dropped.");

    private async Task<IActionResult> DoAsync(string action, long id, Func<Task<bool>> work, string done)
    {
        var isThere = false;
        if (await ActAsync(action, $"mail {id.ToString(CultureInfo.InvariantCulture)}", null, "", async () => isThere = await work()))
        {
            return SeeOther("/admin/mail", isThere ? done : "This mail has left the queue.");
        }

        await OnGetAsync();
        return Page();
    }
}
