namespace AtProto.OAuth;

/// <summary><c>repo:COLLECTION</c>: writing records of some collections, or of all.</summary>
public sealed class RepoScope : Scope
{
    internal const string Prefix = "repo";

    private static readonly (string Name, RepoActions Action)[] Names =
        [("create", RepoActions.Create), ("update", RepoActions.Update), ("delete", RepoActions.Delete)];

    private readonly List<string> _collections;

    private RepoScope(List<string> collections, RepoActions actions) => (_collections, Actions) = (collections, actions);

    /// <summary>The collections in the order of their bytes, or <c>*</c> alone.</summary>
    public IReadOnlyList<string> Collections => _collections;

    /// <summary>What may be done there.</summary>
    public RepoActions Actions { get; }

    /// <summary>Whether it is about every collection.</summary>
    public bool IsForAll => Collections[0] == "*";

    /// <summary>The scope that a write needs at least.</summary>
    /// <param name="collection">The collection.</param>
    /// <param name="action">One action.</param>
    public static RepoScope Needed(Nsid collection, RepoActions action) => new([collection.Value], action);

    /// <summary>Whether a write is covered.</summary>
    /// <param name="collection">The collection.</param>
    /// <param name="action">One action.</param>
    public bool Allows(Nsid collection, RepoActions action) =>
        (Actions & action) != 0 && NsidList.Covers(_collections, collection.Value);

    internal static RepoScope? Read(ScopeSyntax syntax) =>
        syntax.HasOnly("collection", "action")
        && syntax.ReadMany("collection", isPositional: true) is { Count: > 0 } collections
        && syntax.ReadMany("action") is { } actions
            ? Create(collections, actions)
            : null;

    // No actions are all of them.
    internal static RepoScope? Create(List<string> collections, List<string> actions)
    {
        if (!NsidList.TryNormalize(collections, out var normalized))
        {
            return null;
        }

        var flags = RepoActions.None;
        foreach (var action in actions)
        {
            var known = Array.Find(Names, name => name.Name == action).Action;
            if (known == RepoActions.None)
            {
                return null;
            }

            flags |= known;
        }

        return new RepoScope(normalized, actions.Count == 0 ? RepoActions.All : flags);
    }

    private protected override string Write()
    {
        var text = ScopeSyntax.Write(Prefix, "collection", Collections);
        if (Actions != RepoActions.All)
        {
            foreach (var (name, action) in Names)
            {
                if (Actions.HasFlag(action))
                {
                    ScopeSyntax.Append(text, "action", name);
                }
            }
        }

        return text.ToString();
    }
}
