using Microsoft.AspNetCore.Mvc;
using Pds.Contracts.Auth;

namespace Pds.Web.Pages.Account;

/// <summary>Passwords for apps that cannot sign in otherwise.</summary>
public sealed class AppPasswordsModel : AccountPage
{
    private const string MadeKey = "app-password";

    public IReadOnlyList<AppPasswordSummary> Passwords { get; private set; } = [];

    [BindProperty(Name = "name")]
    public string? Name { get; set; }

    /// <summary>The one that was just made; shown once.</summary>
    public string? Made { get; private set; }

    public async Task OnGetAsync()
    {
        Made = TempData[MadeKey] as string;
        await LoadAsync();
    }

    public async Task<IActionResult> OnPostAsync(bool privileged)
    {
        string? made = null;
        if (IsGiven("name", Name)
            && await TryAsync(async () => made = await Bus.InvokeAsync<string>(
                new CreateAppPassword(Did, Name!.Trim(), privileged), Aborted), "name"))
        {
            TempData[MadeKey] = made;
            return SeeOther("/account/app-passwords");
        }

        await LoadAsync();
        return Page();
    }

    public async Task<IActionResult> OnPostRevokeAsync()
    {
        await Bus.InvokeAsync(new RevokeAppPassword(Did, Name ?? ""), Aborted);
        return SeeOther("/account/app-passwords", "AppPasswords.Revoked");
    }

    private async Task LoadAsync() =>
        Passwords = await Bus.InvokeAsync<IReadOnlyList<AppPasswordSummary>>(new ListAppPasswords(Did), Aborted);
}
