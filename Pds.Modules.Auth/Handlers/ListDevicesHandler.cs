using Pds.Contracts.Auth;
using Pds.Modules.Auth.Devices;

namespace Pds.Modules.Auth.Handlers;

/// <summary>Lists the browsers in which an account is signed in.</summary>
public static class ListDevicesHandler
{
    public static async Task<IReadOnlyList<DeviceSummary>> HandleAsync(
        ListDevices query, BrowserDevices devices, CancellationToken cancellationToken) =>
        await devices.ListAsync(query.Did, cancellationToken);
}
