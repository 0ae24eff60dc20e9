using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Mvc;
using Pds.Web.Browsing;
using Pds.Web.Permissions;
using Pds.Xrpc;

namespace Pds.Web.Configuration;

/// <summary>The pages that people see, and what they stand on.</summary>
internal static class PageSetup
{
    // One set of pages serves an app's request and the account pages.
    private static readonly (string Page, string Path)[] AccountPaths =
    [
        ("/OAuth/SignIn", "/account/sign-in"),
        ("/OAuth/Choose", "/account/choose"),
        ("/OAuth/SignUp", "/account/sign-up"),
        ("/OAuth/SecondFactor", "/account/second-factor"),
        ("/OAuth/Forgot", "/account/reset-password"),
        ("/OAuth/Reset", "/account/reset-password/code"),
    ];

    public static WebApplicationBuilder AddPages(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddPdsOptions<BrandingOptions>(builder.Configuration);
        services.AddSingleton<PermissionTexts>().AddSingleton<Branding>().AddSingleton<Assets>().AddSingleton<BrowserCookies>().AddSingleton<BrowserChecks>();
        services.AddLocalization();
        services.AddSingleton<IAntiforgeryAdditionalDataProvider, PageAntiforgery>();
        services.AddOptions<AntiforgeryOptions>().Configure<BrowserCookies, Branding>((options, cookies, branding) =>
        {
            options.Cookie = CookieOf(cookies, "csrf-token", branding);
            options.FormFieldName = "csrf";
            options.HeaderName = "X-CSRF-Token";
            options.SuppressXFrameOptionsHeader = true;
        });
        services.AddOptions<CookieTempDataProviderOptions>().Configure<BrowserCookies, Branding>((options, cookies, branding) =>
            options.Cookie = CookieOf(cookies, "note", branding));
        services.AddOptions<MvcOptions>().Configure<BrowserChecks>((options, checks) => options.Filters.Add(checks));
        services.AddRazorPages(options =>
        {
            foreach (var (page, path) in AccountPaths)
            {
                options.Conventions.AddPageRoute(page, path);
            }
        });
        return builder;
    }

    /// <summary>
    /// What answers for pages when they fail, and in which language; of the methods it touches those that mail, which is done in
    /// the language of who asks.
    /// </summary>
    public static IApplicationBuilder UsePages(this IApplicationBuilder app) => app
        .UseWhen(
            context => !context.Request.Path.StartsWithSegments("/xrpc", StringComparison.Ordinal),
            pages => pages.UseLanguages().UseMiddleware<PageErrors>())
        .UseWhen(context => IsMailing(context.Request.Path), methods => methods.UseLanguages());

    private static bool IsMailing(PathString path) =>
        path.StartsWithSegments("/xrpc", StringComparison.Ordinal, out var method) && method.Value is
            "/com.atproto.server.requestPasswordReset" or "/com.atproto.server.requestEmailConfirmation"
            or "/com.atproto.server.requestEmailUpdate" or "/com.atproto.server.requestAccountDelete"
            or "/com.atproto.server.createSession" or "/com.atproto.identity.requestPlcOperationSignature";

    public static void MapPages(this WebApplication app)
    {
        app.Services.GetRequiredService<Assets>().Map(app);
        app.MapGet("/.well-known/change-password", () => Results.Redirect("/account/reset-password"));
        app.MapRazorPages().WithPageSecurity();
    }

    private static PageCookie CookieOf(BrowserCookies cookies, string name, Branding branding) => new PageCookie(branding)
    {
        Name = cookies.NameOf(name),
        HttpOnly = true,
        SameSite = SameSiteMode.Lax,
        Path = "/",
        IsEssential = true,
    };

    /// <summary>Secure wherever people reach the pages over TLS, whatever a proxy made of that.</summary>
    private sealed class PageCookie(Branding branding) : CookieBuilder
    {
        public override CookieOptions Build(HttpContext context, DateTimeOffset expiresFrom)
        {
            var options = base.Build(context, expiresFrom);
            options.Secure = branding.IsSecure;
            return options;
        }
    }
}
