namespace AtProto.Lexicons;

/// <summary>The three answers of a validation.</summary>
public enum LexiconOutcome
{
    /// <summary>The catalogue has no schema of that name, so nothing was checked.</summary>
    Unknown,

    /// <summary>The value obeys its schema.</summary>
    Valid,

    /// <summary>The value breaks its schema.</summary>
    Invalid,
}
