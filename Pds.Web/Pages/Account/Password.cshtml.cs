using Microsoft.AspNetCore.Mvc;
using Pds.Contracts.Auth;

namespace Pds.Web.Pages.Account;

/// <summary>Changes the password by who knows the present one.</summary>
public sealed class PasswordModel : AccountPage
{
    private const int MinLength = 8;
    private const int MaxLength = 256;

    public async Task<IActionResult> OnPostAsync(string? current, string? password)
    {
        if (IsGiven("current", current) & IsGiven("password", password))
        {
            if (password!.Length is < MinLength or > MaxLength)
            {
                Refuse("password", Text("Refused.PasswordWeak"));
            }
            else if (await TryAsync(
                () => Bus.InvokeAsync(new ChangePassword(Did, Device.DeviceId, Address, current!, password), Aborted), "current"))
            {
                await OpenDeviceAsync(rotate: true);
                return SeeOther("/account/password", "PasswordPage.Done");
            }
        }

        return Page();
    }
}
