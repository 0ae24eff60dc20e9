using System.Security.Cryptography;
using System.Text;
using OpenTelemetry.Trace;
using Pds.Modules.Auth;
using Pds.Xrpc;

namespace Pds.Web.Configuration;

/// <summary>What operators see of the server, and nobody else: metrics, traces without names of accounts, logs for programs.</summary>
internal static class Operation
{
    private const string Path = "/metrics";
    private const string Bearer = "Bearer ";

    public static OperationOptions AddOperation(this WebApplicationBuilder builder)
    {
        var options = builder.Services.AddPdsOptions<OperationOptions>(builder.Configuration);
        if (options.LogFormat == "json")
        {
            builder.Logging.AddJsonConsole(json =>
            {
                json.UseUtcTimestamp = true;
                json.TimestampFormat = "O";
                json.IncludeScopes = true;
            });
        }

        builder.AddServiceDefaults(options.IsScraped);
        builder.Services.AddSingleton(services => new Pseudonyms(services.GetRequiredService<AuthOptions>().JwtSecret));
        builder.Services.ConfigureOpenTelemetryTracerProvider(
            (services, tracing) => tracing.AddProcessor(new PseudonymousSpans(services.GetRequiredService<Pseudonyms>())));
        return options;
    }

    /// <summary>
    /// Metrics, for who has the token or came by the port that is theirs alone; on that port there is nothing else but what tells
    /// of health.
    /// </summary>
    public static void UseMetrics(this WebApplication app)
    {
        var options = app.Services.GetRequiredService<OperationOptions>();
        if (!options.IsScraped)
        {
            return;
        }

        var (port, token) = (options.MetricsPort, options.MetricsToken is { } secret ? Hash(secret) : null);
        app.UsePrometheus(context => context.Request.Path == Path && IsAllowed(context, port, token));
        if (port is not null)
        {
            app.UseWhen(
                context => context.Connection.LocalPort == port && !context.Request.Path.StartsWithSegments("/alive")
                    && !context.Request.Path.StartsWithSegments("/ready"),
                closed => closed.Run(context =>
                {
                    context.Response.StatusCode = StatusCodes.Status404NotFound;
                    return Task.CompletedTask;
                }));
        }
    }

    private static bool IsAllowed(HttpContext context, int? port, byte[]? token) => token is null
        ? context.Connection.LocalPort == port
        : context.Request.Headers.Authorization.ToString() is var shown
            && shown.StartsWith(Bearer, StringComparison.Ordinal)
            && CryptographicOperations.FixedTimeEquals(token, Hash(shown[Bearer.Length..]));

    private static byte[] Hash(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));
}
