using Microsoft.AspNetCore.Mvc;
using Pds.Contracts.Auth;
using SignInResult = Pds.Contracts.Auth.SignInResult;

namespace Pds.Web.Pages.OAuth;

/// <summary>Asks for what proves a sign-in beside the password. What waits is in a sealed cookie.</summary>
public sealed class SecondFactorModel : FlowPage
{
    public SecondFactorChallenge? Waiting { get; private set; }

    public IActionResult OnGet()
    {
        Waiting = Cookies.Challenge(HttpContext);
        return Waiting is null ? SeeOther(PathOf("sign-in")) : Page();
    }

    public async Task<IActionResult> OnPostAsync(string? code)
    {
        Waiting = Cookies.Challenge(HttpContext);
        if (Waiting is null)
        {
            return SeeOther(PathOf("sign-in"), "Refused.CodeExpired");
        }

        SignInResult? result = null;
        if (IsGiven("code", code)
            && await TryAsync(async () => result = await Bus.InvokeAsync<SignInResult>(
                new FinishSignIn(Device.DeviceId, Address, Waiting.Ticket, code!.Trim()), Aborted)))
        {
            Cookies.DropChallenge(HttpContext);
            return await ContinueAsync(result!);
        }

        return Page();
    }
}
