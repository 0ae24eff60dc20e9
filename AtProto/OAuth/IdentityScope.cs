namespace AtProto.OAuth;

/// <summary><c>identity:handle</c> or <c>identity:*</c>: changing who the account is on the network.</summary>
public sealed class IdentityScope : Scope
{
    internal const string Prefix = "identity";

    /// <summary>The handle alone.</summary>
    public const string Handle = "handle";

    /// <summary>The whole identity, its keys and its server among it.</summary>
    public const string All = "*";

    private IdentityScope(string attribute) => Attribute = attribute;

    /// <summary>One of the constants.</summary>
    public string Attribute { get; }

    /// <summary>The scope that is needed at least.</summary>
    /// <param name="attribute">One of the constants.</param>
    public static IdentityScope Needed(string attribute) => new(attribute);

    /// <summary>Whether a change is covered.</summary>
    /// <param name="attribute">One of the constants.</param>
    public bool Allows(string attribute) => Attribute == All || Attribute == attribute;

    internal static IdentityScope? Read(ScopeSyntax syntax) =>
        syntax.HasOnly("attr")
        && syntax.TryReadOne("attr", out var attribute, isPositional: true)
        && attribute is Handle or All
            ? new IdentityScope(attribute)
            : null;

    private protected override string Write() => ScopeSyntax.Write(Prefix, "attr", [Attribute]).ToString();
}
