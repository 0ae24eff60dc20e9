using System.Reflection;
using JasperFx.CodeGeneration;
using Wolverine;

namespace Pds.Web.Configuration;

/// <summary>The messages between modules: handlers of the modules, called by code that was generated and committed.</summary>
internal static class Messaging
{
    public static WebApplicationBuilder AddMessaging(this WebApplicationBuilder builder, params Assembly[] modules)
    {
        builder.Host.UseWolverine(options =>
        {
            options.ApplicationAssembly = typeof(Messaging).Assembly;
            foreach (var module in modules)
            {
                options.Discovery.IncludeAssembly(module);
            }

            // Facts are rows and commands are awaited: there is nothing to keep across a restart.
            options.Durability.Mode = DurabilityMode.Solo;
            options.CodeGeneration.TypeLoadMode = TypeLoadMode.Static;
        },
        // Nobody extends it: the search would load every assembly there is.
        ExtensionDiscovery.ManualOnly);
        return builder;
    }
}
