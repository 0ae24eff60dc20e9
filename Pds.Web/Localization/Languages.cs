using System.Globalization;
using Microsoft.AspNetCore.Localization;

namespace Pds.Web.Localization;

/// <summary>The languages of the pages: what the app asks for in <c>ui_locales</c>, else what the browser prefers, else English.</summary>
internal static class Languages
{
    public const string QueryParameter = "ui_locales";

    private const int MaxAsked = 16;

    /// <summary>Those with a translation, English first.</summary>
    public static IReadOnlyList<CultureInfo> Supported { get; } =
        [.. new[] { "en", "de", "es", "fr", "ja", "pt" }.Select(CultureInfo.GetCultureInfo)];

    public static IServiceCollection AddLanguages(this IServiceCollection services) => services
        .AddLocalization()
        .Configure<RequestLocalizationOptions>(options =>
        {
            options.DefaultRequestCulture = new RequestCulture("en");
            options.SupportedCultures = [.. Supported];
            options.SupportedUICultures = [.. Supported];
            options.RequestCultureProviders =
            [
                new CustomRequestCultureProvider(ReadUiLocales),
                new AcceptLanguageHeaderRequestCultureProvider { MaximumAcceptLanguageHeaderValuesToTry = MaxAsked },
            ];
        });

    // OpenID Connect: language tags in the order of preference, with spaces between them.
    private static Task<ProviderCultureResult?> ReadUiLocales(HttpContext context) =>
        Task.FromResult(context.Request.Query[QueryParameter].ToString() is { Length: > 0 and <= 256 } asked
            ? new ProviderCultureResult([.. asked.Split(' ', MaxAsked, StringSplitOptions.RemoveEmptyEntries).Select(tag => new Microsoft.Extensions.Primitives.StringSegment(tag))])
            : null);
}
