using System.Globalization;
using System.Resources;
using System.Text.RegularExpressions;
using Pds.Tests.Architecture;
using Pds.Web.Resources;

namespace Pds.Tests.Web;

public sealed partial class LanguageTests
{
    private static readonly ResourceManager Resources = new(typeof(Texts));

    [Theory]
    [InlineData("de")]
    [InlineData("es")]
    [InlineData("fr")]
    [InlineData("ja")]
    [InlineData("pt")]
    public void Every_text_is_there_in_every_language_with_the_same_places_to_fill(string language)
    {
        var english = Read("");
        var translated = Read(language);

        Assert.Contains(language, Texts.Languages);
        Assert.Equal(english.Keys.Order(), translated.Keys.Order());
        Assert.All(english, text => Assert.Equal(Places(text.Value), Places(translated[text.Key])));
        Assert.All(translated.Values, text => Assert.False(string.IsNullOrWhiteSpace(text)));
    }

    [Fact]
    public void Every_text_that_a_page_names_exists()
    {
        var known = Read("").Keys.ToHashSet();
        var groups = known.Select(key => key.Split('.')[0]).ToHashSet();

        var named = SourceTree.Files("Pds.Web", ".cs", ".cshtml")
            .SelectMany(path => Key().Matches(SourceTree.Read(path)).Select(match => match.Groups["key"].Value))
            .Where(key => groups.Contains(key.Split('.')[0]))
            .ToHashSet();

        Assert.NotEmpty(named);
        Assert.Empty(named.Except(known));
    }

    private static Dictionary<string, string> Read(string language)
    {
        var set = Resources.GetResourceSet(CultureInfo.GetCultureInfo(language), createIfNotExists: true, tryParents: false);
        Assert.NotNull(set);
        return set.Cast<System.Collections.DictionaryEntry>().ToDictionary(entry => (string)entry.Key, entry => (string)entry.Value!);
    }

    private static IEnumerable<string> Places(string text) => Place().Matches(text).Select(match => match.Value).Order();

    [GeneratedRegex(@"\{\d\}")]
    private static partial Regex Place();

    [GeneratedRegex(@"""(?<key>[A-Z][A-Za-z]+\.[A-Za-z0-9.]+)""")]
    private static partial Regex Key();
}
