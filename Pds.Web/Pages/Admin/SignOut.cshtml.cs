using Microsoft.AspNetCore.Mvc;
using Pds.Contracts.Auth;

namespace Pds.Web.Pages.Admin;

/// <summary>Ends a session of the console.</summary>
public sealed class SignOutModel : PersonPage
{
    public IActionResult OnGet() => SeeOther("/admin");

    public async Task<IActionResult> OnPostAsync()
    {
        if (Cookies.Console(HttpContext) is { Length: > 0 } token)
        {
            await Bus.InvokeAsync(new SignOutAdministrator(token, Address), Aborted);
        }

        Cookies.DropConsole(HttpContext);
        return SeeOther("/admin/sign-in", "You are signed out of the console.");
    }
}
