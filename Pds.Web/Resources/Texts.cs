namespace Pds.Web.Resources;

/// <summary>What the pages say, in every language that they speak: <c>Texts.resx</c> is English.</summary>
internal sealed class Texts
{
    /// <summary>The languages, English first.</summary>
    public static IReadOnlyList<string> Languages { get; } = ["en", "de", "es", "fr", "ja", "pt"];
}
