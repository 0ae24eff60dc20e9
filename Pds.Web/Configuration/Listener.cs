using System.Globalization;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Pds.Xrpc;

namespace Pds.Web.Configuration;

/// <summary>Where the server listens, how much it takes from a client, and whom it believes about the client's address.</summary>
internal static class Listener
{
    // What stands between this server and the world is on this machine or its network.
    private static readonly string[] ProxyNetworks =
    [
        "127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "::1/128", "fc00::/7", "fe80::/10",
    ];

    private const string PortVariable = "PDS_PORT";

    private static readonly TimeSpan SlowGrace = TimeSpan.FromSeconds(10);

    /// <param name="beside">A URL to listen on beside the server's own; null when there is none.</param>
    public static WebApplicationBuilder AddListener(this WebApplicationBuilder builder, string? beside)
    {
        var urls = builder.Configuration[WebHostDefaults.ServerUrlsKey];
        if (string.IsNullOrEmpty(urls))
        {
            urls = $"http://*:{PdsOptions.Read<ServiceOptions>(builder.Configuration).Port}";
            builder.WebHost.UseUrls(urls);
        }
        else if (string.IsNullOrEmpty(builder.Configuration[PortVariable]))
        {
            // The public URL of a server on localhost has the port that it listens on.
            var port = BindingAddress.Parse(urls.Split(';')[0]).Port;
            builder.Configuration.AddInMemoryCollection([new(PortVariable, port.ToString(CultureInfo.InvariantCulture))]);
        }

        if (beside is not null)
        {
            builder.WebHost.UseUrls(urls, beside);
        }

        var load = PdsOptions.Read<LoadOptions>(builder.Configuration);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            // Who sends or takes slower than this, after a while of grace, holds a place that others need.
            kestrel.Limits.MaxConcurrentConnections = load.MaxConnections;
            kestrel.Limits.MinRequestBodyDataRate = new MinDataRate(bytesPerSecond: 500, SlowGrace);
            kestrel.Limits.MinResponseDataRate = new MinDataRate(bytesPerSecond: 500, SlowGrace);

            kestrel.AddServerHeader = false;
            kestrel.Limits.KeepAliveTimeout = TimeSpan.FromSeconds(90);
            kestrel.Limits.RequestHeadersTimeout = TimeSpan.FromSeconds(20);
            kestrel.Limits.MaxRequestHeadersTotalSize = 32 * 1024;

            // Methods set their own limit; this one holds for pages.
            kestrel.Limits.MaxRequestBodySize = XrpcEndpoints.DefaultBodyLimit;
        });
        builder.Services.Configure<ForwardedHeadersOptions>(options =>
        {
            options.ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto;
            options.ForwardLimit = null;
            options.KnownProxies.Clear();
            options.KnownIPNetworks.Clear();
            foreach (var network in ProxyNetworks)
            {
                options.KnownIPNetworks.Add(System.Net.IPNetwork.Parse(network));
            }

            // As the reference has it: whoever is not limited speaks for others.
            foreach (var network in PdsOptions.Read<RateLimitOptions>(builder.Configuration).BypassNetworks)
            {
                options.KnownIPNetworks.Add(network);
            }
        });
        return builder;
    }
}
