using Microsoft.AspNetCore.Mvc;
using Pds.Contracts.Auth;

namespace Pds.Web.Pages.OAuth;

/// <summary>Sets a new password with a mailed code.</summary>
public sealed class ResetModel : FlowPage
{
    [BindProperty(Name = "code", SupportsGet = true)]
    public string? Code { get; set; }

    [BindProperty(Name = "password")]
    public string? Password { get; set; }

    public async Task<IActionResult> OnPostAsync() => IsGiven("code", Code)
        & IsGiven("password", Password)
        && await TryAsync(() => Bus.InvokeAsync(new ResetPassword(Code!.Trim(), Password!, Address), Aborted))
            ? SeeOther(PathOf("sign-in"), "Reset.Done")
            : Page();
}
