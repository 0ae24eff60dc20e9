namespace AtProto.OAuth;

/// <summary>
/// What a session may do: its scopes, parsed once, asked on every request without an allocation. What is no scope is left out,
/// and <c>include:</c> scopes grant nothing by themselves: their permissions are put in their place first.
/// </summary>
public sealed class ScopeSet
{
    /// <summary>The longest list that is read, in characters.</summary>
    public const int MaxLength = 64 * 1024;

    private readonly RepoScope[] _repo;
    private readonly RpcScope[] _rpc;
    private readonly BlobScope[] _blob;
    private readonly AccountScope[] _account;
    private readonly IdentityScope[] _identity;
    private readonly bool _isGeneric;
    private readonly bool _hasEmail;
    private readonly bool _hasChat;

    private ScopeSet(List<Scope> scopes)
    {
        Scopes = scopes;
        _repo = [.. scopes.OfType<RepoScope>()];
        _rpc = [.. scopes.OfType<RpcScope>()];
        _blob = [.. scopes.OfType<BlobScope>()];
        _account = [.. scopes.OfType<AccountScope>()];
        _identity = [.. scopes.OfType<IdentityScope>()];
        HasAtproto = scopes.Contains(StaticScope.Atproto);
        _isGeneric = scopes.Contains(StaticScope.TransitionGeneric);
        _hasEmail = scopes.Contains(StaticScope.TransitionEmail);
        _hasChat = scopes.Contains(StaticScope.TransitionChat);
    }

    /// <summary>No scopes: nothing may be done.</summary>
    public static ScopeSet None { get; } = new([]);

    /// <summary>The scopes in their order, without those that were not understood.</summary>
    public IReadOnlyList<Scope> Scopes { get; }

    /// <summary>Whether <c>atproto</c> is among them, without which a token is good for nothing.</summary>
    public bool HasAtproto { get; }

    /// <summary>Reads a list of scopes with spaces between them; of a list that is too long, nothing.</summary>
    /// <param name="scopes">The value of a <c>scope</c> parameter or claim.</param>
    public static ScopeSet Parse(string scopes)
    {
        var parsed = new List<Scope>();
        if (scopes.Length <= MaxLength)
        {
            foreach (var part in scopes.AsSpan().Split(' '))
            {
                if (Scope.TryParse(scopes[part], out var scope))
                {
                    parsed.Add(scope);
                }
            }
        }

        return new ScopeSet(parsed);
    }

    /// <summary>Whether records of a collection may be written so.</summary>
    /// <param name="collection">The collection.</param>
    /// <param name="action">One action.</param>
    public bool AllowsRepo(Nsid collection, RepoActions action)
    {
        foreach (var scope in _repo)
        {
            if (scope.Allows(collection, action))
            {
                return true;
            }
        }

        return _isGeneric;
    }

    /// <summary>Whether a method of a service may be called.</summary>
    /// <param name="method">The method, or <c>*</c> for all of them.</param>
    /// <param name="audience">DID, <c>#</c> and service id; or a DID alone.</param>
    public bool AllowsRpc(string method, string audience)
    {
        foreach (var scope in _rpc)
        {
            if (scope.Allows(method, audience))
            {
                return true;
            }
        }

        return method.StartsWith("chat.bsky.", StringComparison.Ordinal) ? _hasChat : _isGeneric;
    }

    /// <summary>Whether a blob may be uploaded.</summary>
    /// <param name="mediaType">Its media type, without parameters.</param>
    public bool AllowsBlob(ReadOnlySpan<char> mediaType)
    {
        foreach (var scope in _blob)
        {
            if (scope.Allows(mediaType))
            {
                return true;
            }
        }

        return _isGeneric;
    }

    /// <summary>Whether a part of the account may be read or managed.</summary>
    /// <param name="attribute">One of the constants of <see cref="AccountScope"/>.</param>
    /// <param name="manage">Whether to change it.</param>
    public bool AllowsAccount(string attribute, bool manage)
    {
        foreach (var scope in _account)
        {
            if (scope.Allows(attribute, manage))
            {
                return true;
            }
        }

        return _hasEmail && attribute == AccountScope.Email && !manage;
    }

    /// <summary>Whether the identity may be changed.</summary>
    /// <param name="attribute">One of the constants of <see cref="IdentityScope"/>.</param>
    public bool AllowsIdentity(string attribute)
    {
        foreach (var scope in _identity)
        {
            if (scope.Allows(attribute))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The scopes in their normal form with spaces between them.</summary>
    public override string ToString() => string.Join(' ', Scopes);
}
