namespace Pds.Web.Operation;

/// <summary>What the console looks at beside the modules: the process, its disks, its neighbours.</summary>
internal static class ConsoleSetup
{
    public static WebApplicationBuilder AddConsole(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<Health>().AddSingleton<Volumes>().AddSingleton<Replicas>();
        builder.Services.AddHostedService(provider => provider.GetRequiredService<Replicas>());
        return builder;
    }
}
