namespace AtProto.Lexicons;

/// <summary>A lexicon document breaks the lexicon language.</summary>
/// <param name="location">Where in the document, as a JSON pointer; empty for the document itself.</param>
/// <param name="complaint">What is wrong there.</param>
/// <param name="cause">The error underneath, when there is one.</param>
public sealed class LexiconException(string location, string complaint, Exception? cause = null)
    : FormatException($"Lexicon document{(location.Length == 0 ? "" : $": {location}")} {complaint}", cause)
{
    /// <summary>Where in the document, as a JSON pointer (RFC 6901), such as <c>/defs/main/record</c>.</summary>
    public string Location { get; } = location;

    /// <summary>What is wrong there, such as <c>must be an integer</c>.</summary>
    public string Complaint { get; } = complaint;
}
