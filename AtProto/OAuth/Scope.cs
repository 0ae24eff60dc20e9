using System.Diagnostics.CodeAnalysis;

namespace AtProto.OAuth;

/// <summary>
/// One OAuth scope of the AT Protocol, such as <c>atproto</c>, <c>transition:generic</c> or
/// <c>repo:app.bsky.feed.post?action=create</c>. What is not written by the grammar is no scope: a request may carry it, and it
/// grants nothing. Source: atproto specification, "Permissions", and the normal forms of its vectors.
/// </summary>
public abstract class Scope
{
    /// <summary>The longest scope that is accepted, in characters.</summary>
    public const int MaxLength = 16 * 1024;

    private string? _text;

    private protected Scope()
    {
    }

    /// <summary>Parses a scope; false when the text is none. Nothing is thrown, whatever the text.</summary>
    /// <param name="text">One scope, without spaces around it.</param>
    /// <param name="scope">The scope.</param>
    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out Scope? scope)
    {
        scope = text is { Length: > 0 and <= MaxLength } ? Parse(text) : null;
        return scope is not null;
    }

    /// <summary>The normal form: the same for all spellings of a scope.</summary>
    public sealed override string ToString() => _text ??= Write();

    /// <inheritdoc/>
    public sealed override bool Equals(object? obj) => obj is Scope other && other.ToString() == ToString();

    /// <inheritdoc/>
    public sealed override int GetHashCode() => ToString().GetHashCode(StringComparison.Ordinal);

    private protected abstract string Write();

    private static Scope? Parse(string text)
    {
        if (StaticScope.Find(text) is { } known)
        {
            return known;
        }

        return !ScopeSyntax.TryParse(text, out var syntax) ? null : syntax.Prefix switch
        {
            RepoScope.Prefix => RepoScope.Read(syntax),
            RpcScope.Prefix => RpcScope.Read(syntax),
            BlobScope.Prefix => BlobScope.Read(syntax),
            AccountScope.Prefix => AccountScope.Read(syntax),
            IdentityScope.Prefix => IdentityScope.Read(syntax),
            IncludeScope.Prefix => IncludeScope.Read(syntax),
            _ => null,
        };
    }
}
