using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Pds.Modules.Proxy.Endpoints.Bsky.Actor;
using Pds.Modules.Proxy.Endpoints.Bsky.Feed;
using Pds.Modules.Proxy.Endpoints.Bsky.Notification;
using Pds.Modules.Proxy.Endpoints.Moderation;
using Pds.Modules.Proxy.Forwarding;
using Pds.Modules.Proxy.Preferences;
using Pds.Modules.Proxy.ReadAfterWrite;
using Pds.Modules.Proxy.Storage;
using Pds.Xrpc;

namespace Pds.Modules.Proxy;

/// <summary>What others serve for the accounts of this server.</summary>
public static class ProxyModule
{
    public static IHostApplicationBuilder AddProxy(this IHostApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddPdsOptions<ProxyOptions>(builder.Configuration);
        services.AddHttpForwarder();

        // It logs each failure with its stack; the forwarder does in one line.
        builder.Logging.AddFilter("Yarp.ReverseProxy.Forwarder", LogLevel.None);
        services.AddSingleton<UpstreamHttp>().AddSingleton<Upstreams>().AddSingleton<TokenCache>().AddSingleton<Forwarder>();
        services.AddSingleton<PreferenceStore>().AddSingleton<AccountPreferences>().AddSingleton<PushRegistration>();
        services.AddSingleton<Images>().AddSingleton<EmbedViews>().AddSingleton<AppViewReader>().AddSingleton<Overlays>();
        services.AddSingleton<FeedGenerators>();
        return builder;
    }

    public static IEndpointRouteBuilder MapProxy(this IEndpointRouteBuilder routes)
    {
        CreateReport.Map(routes);
        if (routes.ServiceProvider.GetRequiredService<Upstreams>().AppView is not null)
        {
            GetPreferences.Map(routes);
            GetProfile.Map(routes);
            GetProfiles.Map(routes);
            PutPreferences.Map(routes);
            GetActorLikes.Map(routes);
            GetAuthorFeed.Map(routes);
            GetFeed.Map(routes);
            GetPostThread.Map(routes);
            GetTimeline.Map(routes);
            RegisterPush.Map(routes);
            UnregisterPush.Map(routes);
        }

        ForeignMethod.Map(routes);
        return routes;
    }
}
