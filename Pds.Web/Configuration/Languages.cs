using System.Globalization;
using Microsoft.AspNetCore.Localization;
using Pds.Web.Resources;

namespace Pds.Web.Configuration;

/// <summary>The language of a page: what the app asked for with <c>ui_locales</c>, else what the browser prefers, else English.</summary>
internal static class Languages
{
    /// <summary>A list of language tags, space separated, best first (OpenID Connect Core, section 3.1.2.1).</summary>
    public const string Parameter = "ui_locales";

    private const int MaxLength = 512;

    public static IApplicationBuilder UseLanguages(this IApplicationBuilder app)
    {
        // Numbers and dates stay as they are; only words change.
        var cultures = Texts.Languages.Select(language => new CultureInfo(language)).ToArray();
        return app.UseRequestLocalization(new RequestLocalizationOptions
        {
            DefaultRequestCulture = new RequestCulture(CultureInfo.InvariantCulture, cultures[0]),
            SupportedCultures = [CultureInfo.InvariantCulture],
            SupportedUICultures = cultures,
            RequestCultureProviders = [new CustomRequestCultureProvider(ChooseAsync)],
        });
    }

    private static Task<ProviderCultureResult?> ChooseAsync(HttpContext context)
    {
        var language = Asked(context.Request).Concat(Preferred(context.Request))
            .Select(tag => tag.Split('-')[0].ToLowerInvariant())
            .FirstOrDefault(language => Texts.Languages.Contains(language));
        return Task.FromResult(language is null ? null : new ProviderCultureResult("", language));
    }

    private static string[] Asked(HttpRequest request)
    {
        var asked = request.Query[Parameter].ToString();
        return asked.Length > MaxLength ? [] : asked.Split(' ', StringSplitOptions.RemoveEmptyEntries);
    }

    private static IEnumerable<string> Preferred(HttpRequest request)
    {
        var header = request.Headers.AcceptLanguage;
        return header.ToString().Length > MaxLength
            ? []
            : request.GetTypedHeaders().AcceptLanguage
                .OrderByDescending(language => language.Quality ?? 1)
                .Select(language => language.Value.ToString());
    }
}
