using Microsoft.AspNetCore.Mvc;
using Pds.Contracts.Auth;

namespace Pds.Web.Pages.Account;

/// <summary>Confirms or changes the address.</summary>
public sealed class EmailModel : AccountPage
{
    private const string Path = "/account/email";

    public bool IsConfirmed { get; private set; }

    /// <summary>Whether a change waits for the code that was mailed to the present address.</summary>
    [BindProperty(Name = "step", SupportsGet = true)]
    public string? Step { get; set; }

    public bool IsCodeNeeded => Step == "code";

    /// <summary>The code of the mail's link, or as it was typed.</summary>
    [BindProperty(Name = "confirmation", SupportsGet = true)]
    public string? Confirmation { get; set; }

    public string? NewEmail { get; private set; }

    public Task OnGetAsync() => LoadAsync();

    public async Task<IActionResult> OnPostRequestConfirmationAsync() =>
        await TryAsync(() => Bus.InvokeAsync(new RequestEmailConfirmation(Did), Aborted))
            ? SeeOther(Path, "EmailPage.Mailed")
            : await ShowAsync();

    public async Task<IActionResult> OnPostConfirmAsync() =>
        IsGiven("confirmation", Confirmation)
        && await TryAsync(
            () => Bus.InvokeAsync(new ConfirmEmail(Did, Account.Email, Confirmation!.Trim()), Aborted), "confirmation")
            ? SeeOther(Path, "EmailPage.ConfirmDone")
            : await ShowAsync();

    public async Task<IActionResult> OnPostRequestChangeAsync()
    {
        var isNeeded = false;
        return await TryAsync(async () => isNeeded = await Bus.InvokeAsync<bool>(new RequestEmailChange(Did), Aborted))
            ? SeeOther(isNeeded ? $"{Path}?step=code" : Path, isNeeded ? "EmailPage.Mailed" : null)
            : await ShowAsync();
    }

    public async Task<IActionResult> OnPostChangeAsync(string? email, string? code)
    {
        NewEmail = email?.Trim();
        return IsGiven("email", email)
            && await TryAsync(() => Bus.InvokeAsync(new ChangeEmail(Did, NewEmail!, code?.Trim()), Aborted))
            ? SeeOther(Path, "EmailPage.ChangeDone")
            : await ShowAsync();
    }

    private async Task<IActionResult> ShowAsync()
    {
        await LoadAsync();
        return Page();
    }

    private async Task LoadAsync() =>
        IsConfirmed = await Bus.InvokeAsync<Contracts.Auth.Account?>(new GetAccount(Did), Aborted) is { EmailConfirmed: true };
}
