using Microsoft.AspNetCore.Mvc;
using Pds.Contracts.Auth;

namespace Pds.Web.Pages.OAuth;

/// <summary>Brings a deactivated account back before an app may act for it.</summary>
public sealed class ReactivateModel : FlowPage
{
    public IActionResult OnGet() => Pending!.Account is null ? SeeOther(Onward()) : Page();

    public async Task<IActionResult> OnPostAsync() => Pending!.Account is not { } account
        || await TryAsync(() => Bus.InvokeAsync(new ActivateAccount(account.Did), Aborted))
            ? SeeOther(Onward())
            : Page();
}
