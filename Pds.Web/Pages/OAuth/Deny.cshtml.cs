using Microsoft.AspNetCore.Mvc;
using Pds.Contracts.Auth;

namespace Pds.Web.Pages.OAuth;

/// <summary>Where every way out of a request leads.</summary>
public sealed class DenyModel : FlowPage
{
    public IActionResult OnGet() => SeeOther(Onward());

    public async Task<IActionResult> OnPostAsync()
    {
        await Bus.InvokeAsync(new DenyAuthorization(ClientId!, RequestUri!, Device.DeviceId), Aborted);
        return SeeOther(Onward());
    }
}
