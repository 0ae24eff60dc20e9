using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Localization;
using Pds.Modules.Auth;
using Pds.Web.Localization;
using Pds.Xrpc;
using Wolverine;

namespace Pds.Web.Pages.OAuth;

/// <summary>Makes an account on the way into an app.</summary>
public sealed class SignUpModel(IMessageBus bus, IStringLocalizer<Texts> texts, AuthOptions options, ServiceOptions service)
    : RequestPage(bus)
{
    [BindProperty, Required(AllowEmptyStrings = true), MaxLength(253)]
    public string Name { get; set; } = "";

    [BindProperty, Required(AllowEmptyStrings = true), MaxLength(253)]
    public string Domain { get; set; } = "";

    [BindProperty, Required(AllowEmptyStrings = true), MaxLength(254)]
    public string Email { get; set; } = "";

    [BindProperty, Required(AllowEmptyStrings = true), MaxLength(256)]
    public string Password { get; set; } = "";

    [BindProperty, MaxLength(128)]
    public string? InviteCode { get; set; }

    [BindProperty]
    public bool Remember { get; set; }

    public bool IsInviteRequired => options.InviteRequired;

    /// <summary>What handles end with here, each with its leading dot.</summary>
    public IReadOnlyList<string> Domains { get; } = options.HandleDomains(service);

    public void OnGet() => Remember = true;

    public async Task<IActionResult> OnPostAsync()
    {
        if (!ModelState.IsValid || Name.Length == 0 || Email.Length == 0 || Password.Length == 0 || !Domains.Contains(Domain))
        {
            ModelState.AddModelError("", texts["FillAll"]);
            return Page();
        }

        try
        {
            var address = HttpContext.Connection.RemoteIpAddress?.ToString() ?? "";
            var result = await Bus.InvokeAsync<Contracts.Auth.SignInResult>(
                new Contracts.Auth.SignUp(
                    Device.DeviceId, address, Name.Trim().TrimStart('@') + Domain, Email, Password, InviteCode, Remember),
                HttpContext.RequestAborted);
            return await AnswerAsAsync(result.Did!.Value);
        }
        catch (XrpcException refusal)
        {
            ModelState.AddModelError("", texts.Explain(refusal));
            return Page();
        }
    }
}
