using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Pds.LocalServices;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Health;
using Yarp.ReverseProxy.LoadBalancing;
using Yarp.ReverseProxy.Transforms;

namespace Pds.Tests.Support;

/// <summary>
/// What stands before several servers, as an operator would have it: each request to the next server that says it is ready,
/// without regard to who asks; WebSockets, too. It does not send anything twice.
/// </summary>
internal sealed class Balancer : IAsyncDisposable
{
    /// <summary>Names in each answer the server that gave it, by its place in the list.</summary>
    public const string ServedBy = "x-served-by";

    private const string Cluster = "pds";

    // Far shorter than in the world, for the tests to be quick.
    private static readonly TimeSpan ProbeInterval = TimeSpan.FromMilliseconds(200);

    private readonly WebApplication _app;

    private Balancer(WebApplication app, Uri url) => (_app, Url) = (app, url);

    public Uri Url { get; }

    /// <summary>Starts it before servers that need not be there yet.</summary>
    public static async Task<Balancer> StartAsync(IReadOnlyList<Uri> servers, int? port = null)
    {
        var url = new Uri($"http://127.0.0.1:{(port ?? LoopbackPort.Free()).ToString(CultureInfo.InvariantCulture)}");
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(url.ToString());
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            // The servers' own limits are what is tested.
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Limits.MinResponseDataRate = null;
            kestrel.Limits.MaxRequestHeadersTotalSize = 1 << 20;
        });
        builder.Services.Configure<ConsecutiveFailuresHealthPolicyOptions>(options => options.DefaultThreshold = 1);
        builder.Services.AddReverseProxy().LoadFromMemory([Route()], [ClusterOf(servers)]).AddTransforms(
            context => context.AddResponseTransform(answer =>
            {
                answer.HttpContext.Response.Headers[ServedBy] =
                    answer.HttpContext.GetReverseProxyFeature().ProxiedDestination?.DestinationId;
                return ValueTask.CompletedTask;
            }));
        var app = builder.Build();
        app.MapReverseProxy();
        await app.StartAsync();
        return new Balancer(app, url);
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private static RouteConfig Route() => new()
    {
        RouteId = Cluster,
        ClusterId = Cluster,
        Match = new RouteMatch { Path = "{**path}" },
        Transforms =
        [
            new Dictionary<string, string> { ["RequestHeaderOriginalHost"] = "true" },
            new Dictionary<string, string> { ["X-Forwarded"] = "Append" },
        ],
    };

    private static ClusterConfig ClusterOf(IReadOnlyList<Uri> servers) => new()
    {
        ClusterId = Cluster,
        LoadBalancingPolicy = LoadBalancingPolicies.RoundRobin,
        Destinations = servers.Select((url, i) => (url, i)).ToDictionary(
            server => server.i.ToString(CultureInfo.InvariantCulture), server => new DestinationConfig { Address = server.url.ToString() }),
        HealthCheck = new HealthCheckConfig
        {
            // With none that is ready, all are asked: their refusals say more than the balancer's.
            AvailableDestinationsPolicy = HealthCheckConstants.AvailableDestinations.HealthyOrPanic,
            Active = new ActiveHealthCheckConfig
            {
                Enabled = true,
                Interval = ProbeInterval,
                Timeout = TimeSpan.FromSeconds(10),
                Policy = HealthCheckConstants.ActivePolicy.ConsecutiveFailures,
                Path = "/health",
            },
        },
        HttpRequest = new Yarp.ReverseProxy.Forwarder.ForwarderRequestConfig { Version = new Version(1, 1) },
    };
}
