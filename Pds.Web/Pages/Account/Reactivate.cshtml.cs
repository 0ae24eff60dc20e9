using AtProto;
using Microsoft.AspNetCore.Mvc;
using Pds.Contracts.Auth;

namespace Pds.Web.Pages.Account;

/// <summary>Brings a deactivated account back.</summary>
public sealed class ReactivateModel : AccountPage
{
    public IActionResult OnGet() => Account.Status == AccountStatus.Deactivated ? Page() : SeeOther("/account");

    public async Task<IActionResult> OnPostAsync() => await TryAsync(() => Bus.InvokeAsync(new ActivateAccount(Did), Aborted))
        ? SeeOther("/account", "Reactivate.Done")
        : Page();
}
