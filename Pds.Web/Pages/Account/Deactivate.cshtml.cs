using AtProto;
using Microsoft.AspNetCore.Mvc;
using Pds.Contracts.Auth;

namespace Pds.Web.Pages.Account;

/// <summary>Takes the account out of sight until its owner wants it back.</summary>
public sealed class DeactivateModel : AccountPage
{
    public IActionResult OnGet() => Account.Status == AccountStatus.Deactivated ? SeeOther("/account/reactivate") : Page();

    public async Task<IActionResult> OnPostAsync() => await TryAsync(() => Bus.InvokeAsync(new DeactivateAccount(Did), Aborted))
        ? SeeOther("/account", "Deactivate.Done")
        : Page();
}
