using System.Text.Json;
using Microsoft.AspNetCore.Mvc;
using Pds.Contracts.Auth;

namespace Pds.Web.Pages.Account;

/// <summary>What protects an account beside its password.</summary>
public sealed class SecurityModel : AccountPage
{
    /// <summary>Where codes that were just made wait to be shown once.</summary>
    internal const string CodesKey = "recovery-codes";

    private const string Path = "/account/security";

    public SecondFactorState State { get; private set; } = null!;

    public bool IsEmailConfirmed { get; private set; }

    public IReadOnlyList<string>? NewCodes { get; private set; }

    /// <summary>The part of the page that a refused form belongs to.</summary>
    [BindProperty(Name = "part")]
    public string? Open { get; set; }

    public async Task OnGetAsync()
    {
        NewCodes = TempData[CodesKey] is string codes ? JsonSerializer.Deserialize<string[]>(codes) : null;
        await LoadAsync();
    }

    public Task<IActionResult> OnPostEmailAsync(bool on, [FromForm(Name = "mail-password")] string? password) =>
        ChangeAsync("mail-password", password, () => Bus.InvokeAsync(new SetEmailFactor(Did, Address, on, password!), Aborted));

    public Task<IActionResult> OnPostRemoveAuthenticatorAsync([FromForm(Name = "authenticator-password")] string? password) =>
        ChangeAsync(
            "authenticator-password", password, () => Bus.InvokeAsync(new RemoveAuthenticator(Did, Address, password!), Aborted));

    public Task<IActionResult> OnPostRenewCodesAsync([FromForm(Name = "authenticator-password")] string? password) =>
        ChangeAsync("authenticator-password", password, async () =>
        {
            var renewed = await Bus.InvokeAsync<RecoveryCodes>(new RenewRecoveryCodes(Did, Address, password!), Aborted);
            TempData[CodesKey] = JsonSerializer.Serialize(renewed.Codes);
        });

    private async Task<IActionResult> ChangeAsync(string field, string? password, Func<Task> change)
    {
        if (IsGiven(field, password) && await TryAsync(change, field))
        {
            return SeeOther(Path, "Security.Done");
        }

        await LoadAsync();
        return Page();
    }

    private async Task LoadAsync()
    {
        State = await Bus.InvokeAsync<SecondFactorState>(new GetSecondFactor(Did), Aborted);
        IsEmailConfirmed = await Bus.InvokeAsync<Contracts.Auth.Account?>(new GetAccount(Did), Aborted) is { EmailConfirmed: true };
    }
}
