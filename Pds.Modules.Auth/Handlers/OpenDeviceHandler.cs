using Pds.Contracts.Auth;
using Pds.Modules.Auth.Devices;
using Wolverine;

namespace Pds.Modules.Auth.Handlers;

/// <summary>Knows a browser by its cookie.</summary>
public static class OpenDeviceHandler
{
    public static async Task<OpenedDevice> HandleAsync(
        OpenDevice request, BrowserDevices devices, IMessageBus bus, CancellationToken cancellationToken)
    {
        var (id, cookie) = await devices.OpenAsync(request, cancellationToken);
        var accounts = new List<SignedInAccount>();
        foreach (var found in await devices.FindAccountsAsync(id, cancellationToken))
        {
            accounts.Add(await found.DescribeAsync(bus, cancellationToken));
        }

        return new OpenedDevice(id, cookie, accounts);
    }
}
