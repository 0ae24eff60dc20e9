using Microsoft.AspNetCore.Mvc;
using Pds.Contracts.Auth;

namespace Pds.Web.Pages.Account;

/// <summary>Makes this browser forget the account.</summary>
public sealed class SignOutModel : AccountPage
{
    public IActionResult OnGet() => SeeOther("/account");

    public async Task<IActionResult> OnPostAsync()
    {
        await Bus.InvokeAsync(new SignOut(Device.DeviceId, Did), Aborted);
        await OpenDeviceAsync(rotate: true);
        return SeeOther(Device.Accounts.Count > 1 ? "/account/choose" : "/account/sign-in", "Account.SignedOut");
    }
}
