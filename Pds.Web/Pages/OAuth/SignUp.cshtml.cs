using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.Filters;
using Pds.Contracts.Auth;
using Pds.Modules.Auth;
using Pds.Web.Configuration;
using SignInResult = Pds.Contracts.Auth.SignInResult;

namespace Pds.Web.Pages.OAuth;

/// <summary>Makes an account.</summary>
public sealed class SignUpModel(AuthOptions options, RobotCheckOptions robots) : FlowPage
{
    internal RobotWidget? Widget { get; } = RobotWidget.Of(robots);

    public bool IsInviteRequired => options.InviteRequired;

    public HandleForm Handle { get; private set; } = null!;

    [BindProperty(Name = "invite")]
    public string? Invite { get; set; }

    [BindProperty(Name = "email")]
    public string? Email { get; set; }

    /// <summary>A did:key of the person's own.</summary>
    [BindProperty(Name = "recovery")]
    public string? Recovery { get; set; }

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
                new SignUp(
                    Device.DeviceId, Address, Handle.Full, Email!.Trim(), password!, Invite?.Trim(), Remember,
                    Request.Headers.UserAgent.ToString(), string.IsNullOrWhiteSpace(Recovery) ? null : Recovery.Trim(), Proof()),
                Aborted)))
        {
            return await ContinueAsync(result!);
        }

        return Page();
    }

    public override void OnPageHandlerExecuting(PageHandlerExecutingContext context)
    {
        if (Widget is { } widget)
        {
            PageSecurity.AllowWidget(HttpContext, widget);
        }
    }

    private string? Proof() => Widget is { } widget ? Request.Form[widget.Field].ToString() : null;
}
