using Pds.Contracts.Auth;
using Pds.Contracts.Identity;
using Wolverine;

namespace Pds.Modules.Auth.Devices;

/// <summary>Accounts of a browser as pages know them, with the handle that another module keeps.</summary>
internal static class DeviceAccountDescription
{
    public static async Task<SignedInAccount> DescribeAsync(
        this DeviceAccount found, IMessageBus bus, CancellationToken cancellationToken)
    {
        var account = found.Account;
        var identity = await bus.InvokeAsync<LocalIdentity?>(new GetIdentity(account.Did), cancellationToken);
        return new SignedInAccount(
            account.Did, identity?.Handle ?? AtProto.Handle.Invalid, account.Email, account.Status, found.IsFresh, found.IsRemembered,
            found.SignedInAt);
    }
}
