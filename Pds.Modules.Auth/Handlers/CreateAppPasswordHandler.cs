using Pds.Contracts.Auth;
using Pds.Modules.Auth.Accounts;

namespace Pds.Modules.Auth.Handlers;

public static class CreateAppPasswordHandler
{
    public static async Task<string> HandleAsync(
        CreateAppPassword command, AppPasswords appPasswords, CancellationToken cancellationToken) =>
        (await appPasswords.CreateAsync(command.Did, command.Name, command.IsPrivileged, cancellationToken)).Password;
}
