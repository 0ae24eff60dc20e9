namespace AtProto.Lexicons;

/// <summary>What the <c>main</c> definition of a lexicon document is.</summary>
public enum LexiconKind
{
    /// <summary>There is no <c>main</c>, or it is a plain type: the document is there to be referred to.</summary>
    Definitions,

    /// <summary>Records of a collection.</summary>
    Record,

    /// <summary>An XRPC method that reads, called with GET.</summary>
    Query,

    /// <summary>An XRPC method that acts, called with POST.</summary>
    Procedure,

    /// <summary>An event stream over WebSocket.</summary>
    Subscription,

    /// <summary>A named bundle of OAuth permissions.</summary>
    PermissionSet,
}
