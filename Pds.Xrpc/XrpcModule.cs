using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Authorization.Policy;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Pds.Xrpc.Outgoing;

namespace Pds.Xrpc;

/// <summary>Registers the protocol's HTTP dialect and puts its parts into the pipeline in their order.</summary>
public static class XrpcModule
{
    public static IServiceCollection AddXrpc(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<OutgoingHttp>();
        services.TryAddSingleton<RateLimitOptions>();
        services.AddSingleton<OwnServer>().AddSingleton<RateLimitCounters>().AddSingleton<RateLimiter>();
        services.TryAddSingleton<LoadOptions>();
        services.AddRateLimiter(_ => { });
        services.AddOptions<RateLimiterOptions>().Configure<LoadOptions>(LoadLimits.Apply);
        services.AddSingleton<Drain>().AddHostedService(provider => provider.GetRequiredService<Drain>());
        services.AddOptions<HostOptions>().Configure<LoadOptions>((host, load) => host.ShutdownTimeout += load.DrainTime);
        services.AddHealthChecks().AddCheck<ReadyCheck>("ready");
        services.ConfigureHttpJsonOptions(options => XrpcJson.Apply(options.SerializerOptions));

        // After every module has put its source-generated context in front: what a type's signature requires, input must have.
        services.PostConfigure<JsonOptions>(options => options.SerializerOptions.TypeInfoResolver =
            JsonTypeInfoResolver.Combine([.. options.SerializerOptions.TypeInfoResolverChain])
                .WithAddedModifier(XrpcJson.RequireWhatIsNotNullable));

        // What cannot be bound is thrown, so that it reaches the one place that writes errors.
        services.Configure<RouteHandlerOptions>(options => options.ThrowOnBadRequest = true);

        services.Configure<RouteOptions>(options => options.SetParameterPolicy<NsidConstraint>("nsid"));

        services.AddSingleton<IPolicyEvaluator, AccessEvaluator>();
        services.AddAuthorization(options =>
        {
            foreach (var (name, rule) in Access.Rules)
            {
                options.AddPolicy(name, policy => policy.AddRequirements(rule));
            }
        });
        return services;
    }

    /// <summary>Adds a module's source-generated JSON context in front of reflection.</summary>
    public static IServiceCollection AddXrpcJson(this IServiceCollection services, IJsonTypeInfoResolver context) =>
        services.ConfigureHttpJsonOptions(options => options.SerializerOptions.TypeInfoResolverChain.Insert(0, context));

    /// <summary>
    /// The pipeline of every request. Order of checks: authentication, then parameters, then body; an error of any of them is
    /// written by the same hand, with CORS headers on it, so that a web page can read it.
    /// </summary>
    public static IApplicationBuilder UseXrpc(this IApplicationBuilder app)
    {
        var isLimited = app.ApplicationServices.GetRequiredService<RateLimitOptions>().Enabled;
        app.UseMiddleware<GatheringMiddleware>()
            .UseWebSockets()
            .Use(app.ApplicationServices.GetRequiredService<Drain>().CloseBehindAsync)
            .UseMiddleware<CorsMiddleware>()
            .UseMiddleware<ErrorMiddleware>()
            .UseMiddleware<CompressionMiddleware>();
        if (isLimited)
        {
            app.UseMiddleware<RateLimitMiddleware>();
        }

        app.UseRouting().UseRateLimiter().UseAuthorization().UseMiddleware<RequestMiddleware>();
        return isLimited ? app.UseMiddleware<MethodLimitMiddleware>() : app;
    }
}
