using AtProto;
using Microsoft.AspNetCore.Mvc;
using Pds.Contracts.Auth;
using SignInResult = Pds.Contracts.Auth.SignInResult;

namespace Pds.Web.Pages.OAuth;

/// <summary>Signs in with a password, or with a passkey where the browser has one.</summary>
public sealed class SignInModel : FlowPage
{
    [BindProperty(Name = "identifier")]
    public string? Identifier { get; set; }

    [BindProperty(Name = "remember")]
    public bool Remember { get; set; }

    /// <summary>Whether only the account that the app named may answer.</summary>
    public bool IsFixed => Pending is { IsLoginHintFixed: true, LoginHint.Length: > 0 };

    /// <param name="account">The DID of an account of this browser, to be signed in anew.</param>
    public void OnGet(string? account)
    {
        Remember = true;
        var known = Device.Accounts.FirstOrDefault(found => found.Did.Value == account);
        Identifier = known is null ? Pending?.LoginHint
            : known.Handle == Handle.Invalid ? known.Did.Value
            : known.Handle.Value;
    }

    public async Task<IActionResult> OnPostAsync(string? password)
    {
        Identifier = IsFixed ? Pending!.LoginHint : Identifier?.Trim();
        SignInResult? result = null;
        if (IsGiven("identifier", Identifier)
            && IsGiven("password", password)
            && await TryAsync(async () => result = await Bus.InvokeAsync<SignInResult>(
                new SignIn(Device.DeviceId, Address, Identifier!, password!, Remember), Aborted), wrong: "Refused.SignIn"))
        {
            return await ContinueAsync(result!);
        }

        return Page();
    }

    /// <summary>Asked by script: what the browser's passkeys have to sign.</summary>
    public async Task<IActionResult> OnPostPasskeyOptionsAsync()
    {
        var challenge = await Bus.InvokeAsync<PasskeyChallenge>(new BeginPasskeySignIn(Device.DeviceId), Aborted);
        return new JsonResult(new { state = challenge.State, options = challenge.OptionsJson });
    }

    public async Task<IActionResult> OnPostPasskeyAsync(string? state, string? credential)
    {
        SignInResult? result = null;
        if (IsGiven("", state)
            && IsGiven("", credential)
            && await TryAsync(async () => result = await Bus.InvokeAsync<SignInResult>(
                new FinishPasskeySignIn(Device.DeviceId, Address, state!, credential!, Remember), Aborted), "", "Refused.Passkey"))
        {
            return await ContinueAsync(result!);
        }

        Remember = true;
        return Page();
    }
}
