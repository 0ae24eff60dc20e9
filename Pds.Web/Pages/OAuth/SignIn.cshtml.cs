using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Localization;
using Pds.Web.Localization;
using Pds.Xrpc;
using Wolverine;

namespace Pds.Web.Pages.OAuth;

/// <summary>Asks who somebody is.</summary>
public sealed class SignInModel(IMessageBus bus, IStringLocalizer<Texts> texts) : RequestPage(bus)
{
    [BindProperty, Required(AllowEmptyStrings = true), MaxLength(2048)]
    public string Identifier { get; set; } = "";

    [BindProperty, Required(AllowEmptyStrings = true), MaxLength(512)]
    public string Password { get; set; } = "";

    [BindProperty]
    public bool Remember { get; set; }

    /// <summary>Who was chosen on the page before.</summary>
    [BindProperty(SupportsGet = true), MaxLength(2048)]
    public string? Account { get; set; }

    /// <summary>Only this account may answer, so its name is not to be changed.</summary>
    public bool IsFixed => Pending.IsLoginHintFixed;

    public void OnGet()
    {
        Identifier = (Pending.IsLoginHintFixed ? Pending.LoginHint : Account ?? Pending.LoginHint) ?? "";
        Remember = true;
    }

    public async Task<IActionResult> OnPostAsync()
    {
        if (!ModelState.IsValid || Identifier.Length == 0 || Password.Length == 0)
        {
            ModelState.AddModelError("", texts["EnterBoth"]);
            return Page();
        }

        try
        {
            var address = HttpContext.Connection.RemoteIpAddress?.ToString() ?? "";
            var result = await Bus.InvokeAsync<Contracts.Auth.SignInResult>(
                new Contracts.Auth.SignIn(Device.DeviceId, address, Identifier, Password, Remember), HttpContext.RequestAborted);
            if (result.Challenge is { } challenge)
            {
                SecondFactorTicket.Keep(TempData, challenge);
                return RedirectToPage("/OAuth/SecondFactor", Route());
            }

            return await AnswerAsAsync(result.Did!.Value);
        }
        catch (XrpcException refusal)
        {
            ModelState.AddModelError("", texts.Explain(refusal));
            return Page();
        }
    }
}
