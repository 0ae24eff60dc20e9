using Microsoft.AspNetCore.Mvc;
using Pds.Contracts.Identity;
using Pds.Contracts.Repo;
using Pds.Xrpc;

namespace Pds.Web.Pages.Account;

/// <summary>Changes the handle: to another of this server's, or to a domain of one's own.</summary>
public sealed class HandleModel(RateLimiter limiter) : AccountPage
{
    public HandleForm Form { get; private set; } = null!;

    [BindProperty(Name = "own")]
    public string? Own { get; set; }

    public void OnGet() => Form = HandleForm.Of(HttpContext.RequestServices, null, null);

    public async Task<IActionResult> OnPostAsync(string? handle, string? domain)
    {
        Form = HandleForm.Of(HttpContext.RequestServices, handle, domain);
        return IsGiven("handle", handle) && await TryAsync(() => ChangeAsync(Form.Full), "handle") ? Done() : Page();
    }

    public async Task<IActionResult> OnPostOwnAsync()
    {
        Form = HandleForm.Of(HttpContext.RequestServices, null, null);
        return IsGiven("own", Own) && await TryAsync(() => ChangeAsync(Own!.Trim().TrimStart('@')), "own") ? Done() : Page();
    }

    private async Task ChangeAsync(string handle)
    {
        await limiter.SpendAsync(HttpContext, RateLimit.UpdateHandle, Did);
        var changed = await Bus.InvokeAsync<CheckedHandle>(new ChangeHandle(Did, handle), Aborted);
        await Bus.InvokeAsync(new AnnounceIdentity(Did, changed.Handle), Aborted);
    }

    private IActionResult Done() => SeeOther("/account/handle", "HandlePage.Done");
}
