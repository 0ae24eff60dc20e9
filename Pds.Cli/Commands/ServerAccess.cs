using System.CommandLine;
using Microsoft.AspNetCore.Builder;
using Pds.ServiceDefaults;
using Pds.Web;

namespace Pds.Cli.Commands;

/// <summary>The server's own services, with its settings and its database, in a process that listens to nobody.</summary>
internal static class ServerAccess
{
    /// <summary>Opens them; the database is brought to this version first.</summary>
    /// <param name="parsed">The command line, with settings in it as the server takes them.</param>
    public static async Task<WebApplication> OpenAsync(ParseResult parsed)
    {
        var app = PdsApplication.Create(["--LOG_LEVEL=warn", .. CommandSettings.Arguments(parsed)]);
        await app.MigrateAsync();
        return app;
    }
}
