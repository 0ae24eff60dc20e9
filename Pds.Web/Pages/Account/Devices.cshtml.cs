using Microsoft.AspNetCore.Mvc;
using Pds.Contracts.Auth;
using Pds.Web.Browsing;

namespace Pds.Web.Pages.Account;

/// <summary>The browsers in which an account is signed in.</summary>
public sealed class DevicesModel : AccountPage
{
    public IReadOnlyList<DeviceSummary> Devices { get; private set; } = [];

    public string NameOf(DeviceSummary device) => UserAgentName.Of(device.UserAgent) ?? Text("Devices.Unknown");

    public async Task OnGetAsync() => Devices = await ListAsync();

    public async Task<IActionResult> OnPostAsync(string? device)
    {
        if ((await ListAsync()).All(known => known.DeviceId != device))
        {
            return SeeOther("/account/devices");
        }

        await Bus.InvokeAsync(new SignOut(device!, Did), Aborted);
        return SeeOther("/account/devices", "Devices.Done");
    }

    private async Task<IReadOnlyList<DeviceSummary>> ListAsync() =>
        await Bus.InvokeAsync<List<DeviceSummary>>(new ListDevices(Did), Aborted);
}
