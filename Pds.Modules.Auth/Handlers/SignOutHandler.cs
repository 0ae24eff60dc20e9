using Pds.Contracts.Auth;
using Pds.Modules.Auth.Devices;

namespace Pds.Modules.Auth.Handlers;

/// <summary>Makes a browser forget who was signed in.</summary>
public static class SignOutHandler
{
    public static Task HandleAsync(SignOut command, BrowserDevices devices, CancellationToken cancellationToken) =>
        devices.SignOutAsync(command.DeviceId, command.Did, cancellationToken);
}
