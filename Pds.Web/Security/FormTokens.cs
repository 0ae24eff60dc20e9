using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;
using Pds.Xrpc;

namespace Pds.Web.Security;

/// <summary>The token that every form carries twice, so that no other site can send it, and the cookie between two pages.</summary>
internal static class FormTokens
{
    public static IServiceCollection AddFormTokens(this IServiceCollection services)
    {
        services.AddAntiforgery();
        services.AddSingleton<IConfigureOptions<AntiforgeryOptions>>(provider => new ConfigureOptions<AntiforgeryOptions>(options =>
        {
            options.Cookie.Name = "csrf-token";
            options.FormFieldName = "csrf";
            options.SuppressXFrameOptionsHeader = true;
            Harden(options.Cookie, provider);
        }));
        services.AddSingleton<IConfigureOptions<CookieTempDataProviderOptions>>(
            provider => new ConfigureOptions<CookieTempDataProviderOptions>(options =>
            {
                options.Cookie.Name = "between";
                options.Cookie.IsEssential = true;
                Harden(options.Cookie, provider);
            }));
        return services;
    }

    private static void Harden(CookieBuilder cookie, IServiceProvider provider)
    {
        var isSecure = provider.GetRequiredService<ServiceOptions>().PublicUrl.StartsWith("https:", StringComparison.Ordinal);
        cookie.HttpOnly = true;
        cookie.SameSite = SameSiteMode.Lax;
        cookie.Path = "/";
        cookie.SecurePolicy = isSecure ? CookieSecurePolicy.Always : CookieSecurePolicy.None;
    }
}
