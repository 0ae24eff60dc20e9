using Pds.Xrpc;

namespace Pds.Web.Sandbox;

/// <summary>What a sandbox adds to the server; nothing where it is off.</summary>
internal static class SandboxSetup
{
    public static WebApplicationBuilder AddSandbox(this WebApplicationBuilder builder)
    {
        if (builder.Services.AddPdsOptions<SandboxOptions>(builder.Configuration).IsOn)
        {
            builder.Services.AddSingleton<SandboxSeed>();
            builder.Services.AddHostedService(provider => provider.GetRequiredService<SandboxSeed>());
            builder.Services.AddHealthChecks().AddCheck<SandboxSeed>("sandbox");
        }

        return builder;
    }
}
