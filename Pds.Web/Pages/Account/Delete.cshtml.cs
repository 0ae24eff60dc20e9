using Microsoft.AspNetCore.Mvc;
using Pds.Contracts.Auth;

namespace Pds.Web.Pages.Account;

/// <summary>Deletes the account, with its password and a mailed code.</summary>
public sealed class DeleteModel : AccountPage
{
    [BindProperty(Name = "step", SupportsGet = true)]
    public string? Step { get; set; }

    [BindProperty(Name = "code")]
    public string? Code { get; set; }

    public bool IsCodeSent => Step == "code";

    public async Task<IActionResult> OnPostRequestAsync() =>
        await TryAsync(() => Bus.InvokeAsync(new RequestAccountDeletion(Did), Aborted))
            ? SeeOther("/account/delete?step=code", "EmailPage.Mailed")
            : Page();

    public async Task<IActionResult> OnPostAsync(string? password)
    {
        Step = "code";
        if (IsGiven("code", Code)
            & IsGiven("password", password)
            && await TryAsync(() => Bus.InvokeAsync(new DeleteAccount(Did, Address, password!, Code!.Trim()), Aborted)))
        {
            await OpenDeviceAsync(rotate: true);
            return SeeOther("/account/sign-in", "Delete.Done");
        }

        return Page();
    }
}
