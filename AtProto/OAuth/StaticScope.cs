namespace AtProto.OAuth;

/// <summary>A scope without parameters: <c>atproto</c>, and those that stand in until apps ask for what they need.</summary>
public sealed class StaticScope : Scope
{
    private readonly string _value;

    private StaticScope(string value) => _value = value;

    /// <summary><c>atproto</c>: who the account is. Every session has it.</summary>
    public static StaticScope Atproto { get; } = new("atproto");

    /// <summary><c>transition:generic</c>: all records and blobs, and every service but chat.</summary>
    public static StaticScope TransitionGeneric { get; } = new("transition:generic");

    /// <summary><c>transition:email</c>: reading the e-mail address.</summary>
    public static StaticScope TransitionEmail { get; } = new("transition:email");

    /// <summary><c>transition:chat.bsky</c>: the methods of <c>chat.bsky</c>.</summary>
    public static StaticScope TransitionChat { get; } = new("transition:chat.bsky");

    /// <summary>All of them, in the order in which a server announces them.</summary>
    public static IReadOnlyList<StaticScope> All { get; } = [Atproto, TransitionEmail, TransitionGeneric, TransitionChat];

    internal static StaticScope? Find(string text)
    {
        foreach (var scope in All)
        {
            if (scope._value == text)
            {
                return scope;
            }
        }

        return null;
    }

    private protected override string Write() => _value;
}
