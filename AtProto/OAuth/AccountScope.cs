namespace AtProto.OAuth;

/// <summary><c>account:ATTRIBUTE</c>: reading or managing a part of the account.</summary>
public sealed class AccountScope : Scope
{
    internal const string Prefix = "account";

    /// <summary>The e-mail address.</summary>
    public const string Email = "email";

    /// <summary>The repository as a whole.</summary>
    public const string Repo = "repo";

    /// <summary>Whether the account is active.</summary>
    public const string Status = "status";

    private readonly bool _saysRead;

    private AccountScope(string attribute, bool mayManage, bool saysRead) =>
        (Attribute, MayManage, _saysRead) = (attribute, mayManage, saysRead);

    /// <summary>One of the constants.</summary>
    public string Attribute { get; }

    /// <summary>Whether it may be changed; reading is always covered.</summary>
    public bool MayManage { get; }

    /// <summary>The scope that is needed at least.</summary>
    /// <param name="attribute">One of the constants.</param>
    /// <param name="manage">Whether to change it.</param>
    public static AccountScope Needed(string attribute, bool manage) => new(attribute, manage, saysRead: false);

    /// <summary>Whether something is covered.</summary>
    /// <param name="attribute">One of the constants.</param>
    /// <param name="manage">Whether to change it.</param>
    public bool Allows(string attribute, bool manage) => Attribute == attribute && (MayManage || !manage);

    internal static AccountScope? Read(ScopeSyntax syntax)
    {
        if (!syntax.HasOnly("attr", "action")
            || !syntax.TryReadOne("attr", out var attribute, isPositional: true)
            || attribute is not (Email or Repo or Status)
            || syntax.ReadMany("action") is not { } actions
            || !actions.TrueForAll(action => action is "read" or "manage"))
        {
            return null;
        }

        var manages = actions.Contains("manage");
        return new AccountScope(attribute, manages, saysRead: manages && actions.Contains("read"));
    }

    private protected override string Write()
    {
        var text = ScopeSyntax.Write(Prefix, "attr", [Attribute]);
        if (_saysRead)
        {
            ScopeSyntax.Append(text, "action", "read");
        }

        if (MayManage)
        {
            ScopeSyntax.Append(text, "action", "manage");
        }

        return text.ToString();
    }
}
