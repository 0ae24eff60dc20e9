using System.Text;
using Pds.Xrpc;

namespace Pds.Web.Configuration;

/// <summary>
/// What the operator's settings come to on the pages: a style sheet that sets colors anew, each in the shade that is still
/// read on light and on dark, and the places that pictures may come from.
/// </summary>
internal sealed class Branding(BrandingOptions options, ServiceOptions service)
{
    // The grounds of style.css: --soft-card, on which text has the least contrast.
    private static readonly Color LightGround = new(0xf1, 0xf4, 0xf9);
    private static readonly Color DarkGround = new(0x1d, 0x23, 0x30);

    /// <summary>Whether people reach the pages over TLS.</summary>
    public bool IsSecure { get; } = service.PublicUrl.StartsWith("https:", StringComparison.Ordinal);

    /// <summary>The style sheet; empty where nothing is set.</summary>
    public string Css { get; } = Write(options);

    /// <summary>For <c>img-src</c>, each with a space before it.</summary>
    public string ImageSources { get; } = string.Concat(
        new[] { service.LogoUrl, options.BackgroundLight, options.BackgroundDark }
            .OfType<Uri>()
            .Select(uri => uri.GetLeftPart(UriPartial.Authority))
            .Distinct()
            .Select(origin => $" {origin}"));

    private static string Write(BrandingOptions options)
    {
        var css = new StringBuilder();
        Append(css, "accent", options.Primary);
        Append(css, "error", options.Error);
        Append(css, "warning", options.Warning);
        Append(css, "info", options.Info);
        Append(css, "success", options.Success);
        if (options.Primary is not null && Color.TryParse(options.Primary, out var primary))
        {
            css.Append($"  --button: {primary};\n  --on-button: {primary.Ink()};\n");
        }

        if (css.Length > 0)
        {
            css.Insert(0, ":root {\n").Append("}\n");
        }

        AppendPicture(css, "light", options.BackgroundLight);
        AppendPicture(css, "dark", options.BackgroundDark);
        return css.ToString();
    }

    private static void Append(StringBuilder css, string name, string? value)
    {
        if (value is not null && Color.TryParse(value, out var color))
        {
            css.Append($"  --{name}: light-dark({color.ReadableOn(LightGround)}, {color.ReadableOn(DarkGround)});\n");
        }
    }

    private static void AppendPicture(StringBuilder css, string scheme, Uri? picture)
    {
        if (picture is not null)
        {
            var url = picture.AbsoluteUri.Replace("\"", "%22", StringComparison.Ordinal).Replace("\\", "%5C", StringComparison.Ordinal);
            css.Append($"@media (prefers-color-scheme: {scheme}) {{\n")
                .Append($"  body {{ background: var(--page) url(\"{url}\") center / cover no-repeat fixed; }}\n}}\n");
        }
    }
}
