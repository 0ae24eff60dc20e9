using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Pds.Modules.Repo;

/// <summary>What accounts own: repositories, blobs, signing keys, the event stream.</summary>
public static class RepoModule
{
    public static IHostApplicationBuilder AddRepo(this IHostApplicationBuilder builder)
    {
        builder.Services.AddOptions<RepoOptions>().BindConfiguration("").ValidateDataAnnotations().ValidateOnStart();

        return builder;
    }

    public static IEndpointRouteBuilder MapRepo(this IEndpointRouteBuilder routes) => routes;
}
