namespace AtProto.Lexicons;

/// <summary>What a schema says of a value. Costs no allocation unless the value is invalid.</summary>
public readonly record struct LexiconVerdict
{
    private readonly string? _text;

    private LexiconVerdict(LexiconOutcome outcome, string? text)
    {
        Outcome = outcome;
        _text = text;
    }

    /// <summary>The verdict on a value that obeys its schema.</summary>
    public static LexiconVerdict Valid { get; } = new(LexiconOutcome.Valid, null);

    /// <summary>Valid, invalid, or no such schema.</summary>
    public LexiconOutcome Outcome { get; }

    /// <summary>Whether the value was checked and obeys.</summary>
    public bool IsValid => Outcome == LexiconOutcome.Valid;

    /// <summary>
    /// A sentence for the client, null when valid: <c>Invalid app.bsky.feed.post record: Record/text must not be longer
    /// than 300 graphemes</c>, <c>Unknown lexicon type: com.example.thing</c>.
    /// </summary>
    public string? Message => Outcome switch
    {
        LexiconOutcome.Valid => null,
        LexiconOutcome.Unknown => $"Unknown lexicon type: {_text}",
        _ => _text,
    };

    internal static LexiconVerdict Unknown(string type) => new(LexiconOutcome.Unknown, type);

    internal static LexiconVerdict Invalid(string message) => new(LexiconOutcome.Invalid, message);
}
