using Microsoft.AspNetCore.Builder;
using Pds.ServiceDefaults;
using Pds.Web;

namespace Pds.Cli.Commands;

/// <summary>The server's own services, with its settings and its database, in a process that listens to nobody.</summary>
internal static class ServerAccess
{
    /// <summary>Opens them; the database is brought to this version first.</summary>
    /// <param name="settings">As the server takes them: <c>--NAME=value</c> wins over the environment.</param>
    public static async Task<WebApplication> OpenAsync(IReadOnlyList<string> settings)
    {
        var app = PdsApplication.Create(["--LOG_LEVEL=warn", .. settings]);
        await app.MigrateAsync();
        return app;
    }
}
