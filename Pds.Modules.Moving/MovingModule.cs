using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Pds.Modules.Moving.Jobs;
using Pds.Modules.Moving.Storage;
using Pds.Xrpc;

namespace Pds.Modules.Moving;

/// <summary>Accounts that come from other servers, and the means to go to others.</summary>
public static class MovingModule
{
    public static IHostApplicationBuilder AddMoving(this IHostApplicationBuilder builder)
    {
        builder.Services.AddPdsOptions<MovingOptions>(builder.Configuration);
        builder.Services.AddSingleton<MoveStore>().AddSingleton<MoveSeal>().AddSingleton<MoveSignal>().AddSingleton<MoveConnections>();
        builder.Services.AddSingleton(provider => new Moves(
            provider.GetRequiredService<MoveStore>(), provider.GetRequiredService<MoveSeal>(), provider.GetRequiredService<MoveSignal>(),
            provider.GetRequiredService<MovingOptions>(), provider.GetRequiredService<ServiceOptions>(),
            provider.GetRequiredService<TimeProvider>()));
        builder.Services.AddSingleton<MoveJob>();
        builder.Services.AddHostedService<MoveWorker>();
        return builder;
    }
}
