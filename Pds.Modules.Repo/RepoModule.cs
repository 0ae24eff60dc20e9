using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Hosting;
using Pds.Xrpc;

namespace Pds.Modules.Repo;

/// <summary>What accounts own: repositories, blobs, signing keys, the event stream.</summary>
public static class RepoModule
{
    public static IHostApplicationBuilder AddRepo(this IHostApplicationBuilder builder)
    {
        builder.Services.AddPdsOptions<RepoOptions>(builder.Configuration);

        return builder;
    }

    public static IEndpointRouteBuilder MapRepo(this IEndpointRouteBuilder routes) => routes;
}
