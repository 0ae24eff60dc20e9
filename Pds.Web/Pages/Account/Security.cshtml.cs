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

    /// <summary>Asked by script: what the browser has to make a passkey from.</summary>
    public async Task<IActionResult> OnPostPasskeyOptionsAsync()
    {
        var challenge = await Bus.InvokeAsync<PasskeyChallenge>(new BeginPasskey(Did, Device.DeviceId), Aborted);
        return new JsonResult(new { state = challenge.State, options = challenge.OptionsJson });
    }

    public async Task<IActionResult> OnPostAddPasskeyAsync(string? state, string? credential, string? name)
    {
        if (IsGiven("name", name)
            && IsGiven("", credential)
            && await TryAsync(() => Bus.InvokeAsync<PasskeySummary>(
                new AddPasskey(Did, Device.DeviceId, state ?? "", credential!, name!.Trim()), Aborted), ""))
        {
            return SeeOther(Path, "Security.PasskeyAdded");
        }

        await LoadAsync();
        return Page();
    }

    public async Task<IActionResult> OnPostRemovePasskeyAsync(string? id)
    {
        await Bus.InvokeAsync(new RemovePasskey(Did, id ?? ""), Aborted);
        return SeeOther(Path, "Security.PasskeyRemoved");
    }

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
