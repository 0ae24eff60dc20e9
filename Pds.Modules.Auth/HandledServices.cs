using System.Reflection;
using Microsoft.Extensions.DependencyInjection;

namespace Pds.Modules.Auth;

/// <summary>
/// Registers services that messages are handled by. Their types are public, for the compiled adapters to see; what they are made
/// of is the module's own, and so is their constructor.
/// </summary>
internal static class HandledServices
{
    /// <summary>One for the server's life, with whatever its only constructor asks for.</summary>
    public static IServiceCollection AddHandled<T>(this IServiceCollection services) where T : class
    {
        var constructor = typeof(T).GetConstructors(BindingFlags.Instance | BindingFlags.NonPublic).Single();
        var parameters = Array.ConvertAll(constructor.GetParameters(), parameter => parameter.ParameterType);
        return services.AddSingleton(provider => (T)constructor.Invoke(
            BindingFlags.DoNotWrapExceptions, null, Array.ConvertAll(parameters, provider.GetRequiredService), null));
    }
}
