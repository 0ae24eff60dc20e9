namespace Pds.Modules.Identity.Handles;

/// <summary>Reads the word lists that lie beside it: a word a line, <c>#</c> starts a comment.</summary>
internal static class WordList
{
    public static IEnumerable<string> Read(string name)
    {
        using var stream = typeof(WordList).Assembly.GetManifestResourceStream($"Pds.Modules.Identity.Handles.{name}")
            ?? throw new InvalidOperationException($"The word list {name} is missing.");
        using var reader = new StreamReader(stream);
        while (reader.ReadLine() is { } line)
        {
            foreach (var word in line.Split('#')[0].Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            {
                yield return word;
            }
        }
    }
}
