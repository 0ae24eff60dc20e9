namespace Pds.Modules.Identity.Handles;

/// <summary>
/// Finds explicit slurs in names, also when spelled with digits or broken up by punctuation. A modest net for a word list of
/// a dozen entries: what slips through is for moderation.
/// </summary>
public sealed class SlurFilter
{
    private readonly string[] _anywhere;
    private readonly HashSet<string> _whole;

    public SlurFilter()
    {
        // The list is in ROT13, so that it hurts no one who opens it. "=" marks words that only count on their own.
        var words = WordList.Read("slurs.txt").Select(Rotate).ToArray();
        _anywhere = Array.FindAll(words, word => !word.StartsWith('='));
        _whole = words.Where(word => word.StartsWith('=')).Select(word => word[1..]).ToHashSet(StringComparer.Ordinal);
    }

    public bool Contains(string name)
    {
        var plain = string.Create(name.Length, name, static (letters, text) =>
        {
            for (var i = 0; i < letters.Length; i++)
            {
                letters[i] = ToLetter(char.ToLowerInvariant(text[i]));
            }
        });
        var parts = plain.Split(['.', '-', '_', ':', '~'], StringSplitOptions.RemoveEmptyEntries);
        var joined = string.Concat(parts);

        return Array.Exists(parts, _whole.Contains)
            || Array.Exists(parts, HasSlur)
            || HasSlur(joined);
    }

    private bool HasSlur(string text) =>
        Array.Exists(_anywhere, word => text.Contains(word, StringComparison.Ordinal));

    private static char ToLetter(char character) => character switch
    {
        '0' => 'o',
        '1' => 'i',
        '3' => 'e',
        '4' => 'a',
        '5' => 's',
        '7' => 't',
        _ => character,
    };

    private static string Rotate(string word) => string.Create(word.Length, word, static (letters, text) =>
    {
        for (var i = 0; i < letters.Length; i++)
        {
            letters[i] = text[i] is >= 'a' and <= 'z' ? (char)('a' + (text[i] - 'a' + 13) % 26) : text[i];
        }
    });
}
