namespace Pds.DevPlc;

/// <summary>
/// A did:plc directory for development and tests: the public one's rules and answers, for one process. It does not limit
/// rates, and <c>create</c> operations are as dead here as there.
/// </summary>
public static class DevPlcApplication
{
    /// <summary>The port where none is said.</summary>
    public const int DefaultPort = 2582;

    // Sixteen times what the largest operation needs in CBOR.
    private const int MaxBodyBytes = 64 * 1024;

    /// <summary>
    /// Makes the application, not yet started. Reads <c>PLC_DATA_FILE</c> (where operations are kept; memory only without it),
    /// and <c>PORT</c> where no <c>ASPNETCORE_URLS</c> are set.
    /// </summary>
    public static WebApplication Create(string[] args)
    {
        var builder = WebApplication.CreateSlimBuilder(args);
        var configuration = builder.Configuration;
        if (string.IsNullOrEmpty(configuration[WebHostDefaults.ServerUrlsKey]))
        {
            if (configuration["PORT"] is { Length: > 0 } port)
            {
                builder.WebHost.UseUrls($"http://*:{port}");
            }
            else if (string.IsNullOrEmpty(configuration[WebHostDefaults.HttpPortsKey]))
            {
                builder.WebHost.UseUrls($"http://localhost:{DefaultPort}");
            }
        }

        builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestBodySize = MaxBodyBytes);
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton(services => DevDirectory.Open(
            configuration["PLC_DATA_FILE"], services.GetRequiredService<TimeProvider>()));
        builder.Services.AddCors(cors => cors.AddDefaultPolicy(policy => policy.AllowAnyOrigin().AllowAnyHeader().AllowAnyMethod()));

        var app = builder.Build();
        app.UseCors();
        DevPlcEndpoints.Map(app);

        // Now rather than on the first request: a file that cannot be read stops the start.
        app.Services.GetRequiredService<DevDirectory>();
        return app;
    }
}
