using Pds.Contracts.Proxy;
using Pds.Modules.Proxy.Storage;

namespace Pds.Modules.Proxy.Handlers;

public static class ForgetPreferencesHandler
{
    public static Task HandleAsync(
        ForgetPreferences command, PreferenceStore preferences, CancellationToken cancellationToken) =>
        preferences.DeleteAsync(command.Did, cancellationToken);
}
