using Microsoft.AspNetCore.Mvc;
using Pds.Contracts.Auth;

namespace Pds.Web.Pages.OAuth;

/// <summary>Has a code mailed with which a forgotten password is replaced; says nothing of whether there is such an account.</summary>
public sealed class ForgotModel : FlowPage
{
    [BindProperty(Name = "identifier")]
    public string? Identifier { get; set; }

    public void OnGet() => Identifier = Pending?.LoginHint;

    public async Task<IActionResult> OnPostAsync() => IsGiven("identifier", Identifier)
        && await TryAsync(() => Bus.InvokeAsync(new RequestPasswordReset(Identifier!.Trim(), Address), Aborted))
            ? SeeOther(PathOf("reset"), "Reset.Mailed")
            : Page();
}
