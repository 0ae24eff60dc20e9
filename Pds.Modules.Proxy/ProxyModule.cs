using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Hosting;
using Pds.Modules.Proxy.Forwarding;

namespace Pds.Modules.Proxy;

/// <summary>What others serve for the accounts of this server.</summary>
public static class ProxyModule
{
    public static IHostApplicationBuilder AddProxy(this IHostApplicationBuilder builder) => builder;

    public static IEndpointRouteBuilder MapProxy(this IEndpointRouteBuilder routes)
    {
        ForeignMethod.Map(routes);
        return routes;
    }
}
