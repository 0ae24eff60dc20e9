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
    /// <exception cref="CommandFailure">The settings name no database, or no Redis.</exception>
    public static async Task<WebApplication> OpenAsync(ParseResult parsed)
    {
        var app = Create(["--LOG_LEVEL=warn", .. CommandSettings.Arguments(parsed)]);
        await app.MigrateAsync();
        return app;
    }

    // What connects to the two, Aspire's packages or what stands in for them, knows no better exception.
    private static WebApplication Create(string[] settings)
    {
        try
        {
            return PdsApplication.Create(settings);
        }
        catch (InvalidOperationException failure)
        {
            throw new CommandFailure(failure.Message);
        }
    }
}
