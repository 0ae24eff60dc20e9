using System.Text.Json;
using Microsoft.AspNetCore.Mvc;
using Pds.Contracts.Auth;

namespace Pds.Web.Pages.Account;

/// <summary>Sets an authenticator app up: it is on once a code of it was right.</summary>
public sealed class AuthenticatorModel : AccountPage
{
    /// <summary>Null once a code was wrong: what the app was given before stays good.</summary>
    public AuthenticatorSetup? Setup { get; private set; }

    public async Task<IActionResult> OnGetAsync() =>
        await TryAsync(async () => Setup = await Bus.InvokeAsync<AuthenticatorSetup>(new BeginAuthenticator(Did), Aborted))
            ? Page()
            : SeeOther("/account/security");

    public async Task<IActionResult> OnPostAsync(string? code)
    {
        RecoveryCodes? codes = null;
        if (IsGiven("code", code)
            && await TryAsync(async () => codes = await Bus.InvokeAsync<RecoveryCodes>(
                new ConfirmAuthenticator(Did, Address, code!.Trim()), Aborted)))
        {
            TempData[SecurityModel.CodesKey] = JsonSerializer.Serialize(codes!.Codes);
            return SeeOther("/account/security", "Security.Done");
        }

        return Page();
    }
}
