namespace AtProto.Lexicons;

/// <summary>How closely values are held to their schema. Source: atproto specification, "Lexicon".</summary>
public enum LexiconStrictness
{
    /// <summary>For what this server is about to store or act upon.</summary>
    Strict,

    /// <summary>
    /// For what others have already published: the text formats that older writers got wrong (<c>datetime</c>,
    /// <c>language</c>, <c>at-uri</c>) are not checked, and a blob may have a CID of any codec.
    /// </summary>
    Lenient,
}
