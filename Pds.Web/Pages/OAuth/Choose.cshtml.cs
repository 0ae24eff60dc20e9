using AtProto;
using Microsoft.AspNetCore.Mvc;
using Pds.Contracts.Auth;
using Wolverine;

namespace Pds.Web.Pages.OAuth;

/// <summary>Asks which of the accounts that a browser knows is to answer.</summary>
public sealed class ChooseModel(IMessageBus bus) : RequestPage(bus)
{
    public IActionResult OnGet() => Device.Accounts.Count == 0 ? RedirectToPage("/OAuth/SignIn", Route()) : Page();

    public async Task<IActionResult> OnPostAsync(string did)
    {
        if (!Did.TryParse(did, out var chosen))
        {
            return RedirectToPage("/OAuth/Choose", Route());
        }

        var isChosen = await Bus.InvokeAsync<bool>(
            new ChooseAccount(ClientId, RequestUri, Device.DeviceId, chosen), HttpContext.RequestAborted);
        if (isChosen)
        {
            return Onward();
        }

        var known = Device.Accounts.FirstOrDefault(account => account.Did == chosen);
        return RedirectToPage("/OAuth/SignIn", Route("account", known?.Handle.Value));
    }
}
