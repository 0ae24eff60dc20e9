using Microsoft.AspNetCore.Mvc;
using Pds.Contracts.Auth;

namespace Pds.Web.Pages.Admin;

/// <summary>The door of the console.</summary>
[EnglishPage]
public sealed class SignInModel : PersonPage
{
    /// <summary>Where to go afterwards.</summary>
    [BindProperty(Name = "to", SupportsGet = true)]
    public string? To { get; set; }

    public void OnGet()
    {
    }

    public async Task<IActionResult> OnPostAsync(string? password)
    {
        string? token = null;
        if (!IsGiven("password", password)
            || !await TryAsync(
                async () => token = await Bus.InvokeAsync<string>(new SignInAdministrator(password!, Address), Aborted),
                "password", "This is not the administrator's password."))
        {
            return Page();
        }

        Cookies.SetConsole(HttpContext, token!);
        return SeeOther(IsOfConsole(To) ? To! : "/admin");
    }

    // Nothing but a page of the console: no other server, and no page where a form could be answered.
    private bool IsOfConsole(string? path) =>
        Url.IsLocalUrl(path) && (path!.StartsWith("/admin/", StringComparison.Ordinal) || path == "/admin");
}
