using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Pds.Modules.Identity.Endpoints;
using Pds.Modules.Identity.Endpoints.Admin;
using Pds.Modules.Identity.Endpoints.Identity;
using Pds.Modules.Identity.Endpoints.Lexicon;
using Pds.Modules.Identity.Handles;
using Pds.Modules.Identity.Lexicons;
using Pds.Modules.Identity.Plc;
using Pds.Modules.Identity.Resolution;
using Pds.Modules.Identity.Storage;
using Pds.Modules.Identity.Takeover;
using Pds.Xrpc;

namespace Pds.Modules.Identity;

/// <summary>Who is who: handles, DID documents, the PLC directory.</summary>
public static class IdentityModule
{
    public static IHostApplicationBuilder AddIdentity(this IHostApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddPdsOptions<IdentityOptions>(builder.Configuration);

        services.AddSingleton<IdentityStore>();
        services.AddSingleton(provider => new IdentityTakeover(
            provider.GetRequiredService<IdentityStore>(), provider.GetRequiredService<DidResolver>(),
            provider.GetRequiredService<ServiceOptions>()));
        services.AddSingleton<HandleDomains>().AddSingleton<SlurFilter>().AddSingleton<HandleRules>().AddSingleton<HandleChange>();
        services.AddSingleton<DidTexts>().AddSingleton<HandleDns>().AddSingleton<HandleHttp>().AddSingleton<HandleResolver>().AddSingleton<HandleCache>();
        services.AddSingleton<RotationKey>().AddSingleton<Genesis>().AddSingleton<PlcClient>().AddSingleton<Tombstone>();
        services.AddSingleton(provider => new IdentityRotation(
            provider.GetRequiredService<IdentityStore>(), provider.GetRequiredService<PlcClient>(),
            provider.GetRequiredService<RotationKey>(), provider.GetRequiredService<DidCache>()));
        services.AddSingleton<RotationKeyStore>().AddSingleton<RotationKeyChanges>().AddSingleton<IdentityHistories>();
        services.AddSingleton<Hosting>().AddSingleton<Identities>().AddSingleton<PlcChanges>();
        services.AddSingleton<DidResolver>().AddSingleton<DidCache>().AddSingleton<SharedCache>();
        services.AddSingleton<DidNews>().AddHostedService(provider => provider.GetRequiredService<DidNews>());
        services.AddSingleton<LexiconResolver>().AddSingleton<LexiconCache>();
        return builder;
    }

    public static IEndpointRouteBuilder MapIdentity(this IEndpointRouteBuilder routes)
    {
        ResolveHandle.Map(routes);
        UpdateHandle.Map(routes);
        UpdateAccountHandle.Map(routes);
        ResolveDid.Map(routes);
        ResolveIdentity.Map(routes);
        RefreshIdentity.Map(routes);

        GetRecommendedDidCredentials.Map(routes);
        RequestPlcOperationSignature.Map(routes);
        SignPlcOperation.Map(routes);
        SubmitPlcOperation.Map(routes);

        ResolveLexicon.Map(routes);
        AtprotoDid.Map(routes);
        TlsCheck.Map(routes);
        return routes;
    }
}
