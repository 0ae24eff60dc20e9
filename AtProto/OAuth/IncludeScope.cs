namespace AtProto.OAuth;

/// <summary><c>include:NSID</c>: the permissions of a set that the owner of a domain published as a lexicon.</summary>
public sealed class IncludeScope : Scope
{
    internal const string Prefix = "include";

    private IncludeScope(Nsid set, string? audience) => (Set, Audience) = (set, audience);

    /// <summary>The set's name.</summary>
    public Nsid Set { get; }

    /// <summary>The service that the set's calls go to where they inherit it; null when none is named.</summary>
    public string? Audience { get; }

    internal static IncludeScope? Read(ScopeSyntax syntax) =>
        syntax.HasOnly("nsid", "aud")
        && syntax.TryReadOne("nsid", out var name, isPositional: true)
        && Nsid.TryParse(name, out var set)
        && syntax.TryReadOne("aud", out var audience)
        && (audience is null || ServiceAudience.IsValid(audience))
            ? new IncludeScope(set, audience)
            : null;

    private protected override string Write()
    {
        var text = ScopeSyntax.Write(Prefix, "nsid", [Set.Value]);
        if (Audience is not null)
        {
            ScopeSyntax.Append(text, "aud", Audience);
        }

        return text.ToString();
    }
}
