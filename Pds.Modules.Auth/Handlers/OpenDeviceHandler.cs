using Pds.Contracts.Auth;
using Pds.Contracts.Identity;
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
            var identity = await bus.InvokeAsync<LocalIdentity?>(new GetIdentity(found.Account.Did), cancellationToken);
            accounts.Add(new SignedInAccount(
                found.Account.Did,
                identity?.Handle ?? AtProto.Handle.Invalid,
                found.Account.Email,
                found.Account.Status,
                found.IsFresh,
                found.IsRemembered,
                found.SignedInAt));
        }

        return new OpenedDevice(id, cookie, accounts);
    }
}
