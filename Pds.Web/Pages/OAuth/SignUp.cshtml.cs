using Microsoft.AspNetCore.Mvc;
using Pds.Contracts.Auth;
using Pds.Modules.Auth;
using SignInResult = Pds.Contracts.Auth.SignInResult;

namespace Pds.Web.Pages.OAuth;

/// <summary>Makes an account.</summary>
public sealed class SignUpModel(AuthOptions options) : FlowPage
{
    public bool IsInviteRequired => options.InviteRequired;

    public HandleForm Handle { get; private set; } = null!;

    [BindProperty(Name = "invite")]
    public string? Invite { get; set; }

    [BindProperty(Name = "email")]
    public string? Email { get; set; }

    [BindProperty(Name = "remember")]
    public bool Remember { get; set; }

    public void OnGet()
    {
        Handle = HandleForm.Of(HttpContext.RequestServices, null, null);
        Remember = true;
    }

    public async Task<IActionResult> OnPostAsync(string? handle, string? domain, string? password)
    {
        Handle = HandleForm.Of(HttpContext.RequestServices, handle, domain);
        SignInResult? result = null;
        if ((!IsInviteRequired || IsGiven("invite", Invite))
            & IsGiven("handle", handle)
            & IsGiven("email", Email)
            & IsGiven("password", password)
            && await TryAsync(async () => result = await Bus.InvokeAsync<SignInResult>(
                new SignUp(Device.DeviceId, Address, Handle.Full, Email!.Trim(), password!, Invite?.Trim(), Remember), Aborted)))
        {
            return await ContinueAsync(result!);
        }

        return Page();
    }
}
