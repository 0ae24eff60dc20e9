namespace AtProto.OAuth;

/// <summary><c>rpc:METHOD?aud=SERVICE</c>: calling methods of a service in the account's name.</summary>
public sealed class RpcScope : Scope
{
    internal const string Prefix = "rpc";

    private readonly List<string> _methods;

    private RpcScope(List<string> methods, string audience) => (_methods, Audience) = (methods, audience);

    /// <summary>The methods in the order of their bytes, or <c>*</c> alone.</summary>
    public IReadOnlyList<string> Methods => _methods;

    /// <summary>The service, as DID, <c>#</c> and service id; or <c>*</c> for any.</summary>
    public string Audience { get; }

    /// <summary>Whether it is about every method.</summary>
    public bool IsForAll => Methods[0] == "*";

    /// <summary>The scope that a call needs at least.</summary>
    /// <param name="method">The method, or <c>*</c>.</param>
    /// <param name="audience">The service, or a DID alone, which no scope but that for any service covers.</param>
    public static RpcScope Needed(string method, string audience) => new([method], audience);

    /// <summary>Whether a call is covered.</summary>
    /// <param name="method">The method, or <c>*</c> to ask for all.</param>
    /// <param name="audience">The service, compared exactly.</param>
    public bool Allows(string method, string audience) =>
        (Audience == "*" || Audience == audience) && NsidList.Covers(_methods, method);

    internal static RpcScope? Read(ScopeSyntax syntax) =>
        syntax.HasOnly("lxm", "aud")
        && syntax.ReadMany("lxm", isPositional: true) is { Count: > 0 } methods
        && syntax.TryReadOne("aud", out var audience)
            ? Create(methods, audience)
            : null;

    internal static RpcScope? Create(List<string> methods, string? audience) =>
        NsidList.TryNormalize(methods, out var normalized)
        && (audience == "*" ? normalized[0] != "*" : audience is not null && ServiceAudience.IsValid(audience))
            ? new RpcScope(normalized, audience)
            : null;

    private protected override string Write()
    {
        var text = ScopeSyntax.Write(Prefix, "lxm", Methods);
        ScopeSyntax.Append(text, "aud", Audience);
        return text.ToString();
    }
}
