using AtProto;
using AtProto.OAuth;
using Microsoft.AspNetCore.Http;

namespace Pds.Xrpc;

/// <summary>Who calls, as the authentication established it. A parameter of this type is filled on every XRPC method.</summary>
/// <param name="kind">Exactly one kind.</param>
/// <param name="did">Whose credentials these are; <c>default</c> for the administrator.</param>
public sealed class Caller(AccessKind kind, Did did)
{
    public static Caller Admin { get; } = new(AccessKind.Admin, default);

    public AccessKind Kind { get; } = kind;

    public Did Did { get; } = did;

    /// <summary>The session or token that was shown: a refresh token's <c>jti</c>, an app password's name; null where it does not matter.</summary>
    public string? TokenId { get; init; }

    /// <summary>The client that acts for the account; only of <see cref="AccessKind.OAuth"/>.</summary>
    public string? ClientId { get; init; }

    /// <summary>The client's session; only of <see cref="AccessKind.OAuth"/>.</summary>
    public string? SessionId { get; init; }

    /// <summary>What an app may do; null for all who may do what their kind may.</summary>
    public ScopeSet? Scopes { get; init; } = kind == AccessKind.OAuth ? ScopeSet.None : null;

    /// <summary>Who that is in a log of what administrators did: <c>admin</c>, or a DID.</summary>
    public string Actor => IsAdmin ? "admin" : Did.Value;

    public bool IsAdmin => Kind == AccessKind.Admin;

    /// <summary>Refuses unless the repository is the caller's own.</summary>
    public void RequireRepo(Did repo)
    {
        if (repo != Did)
        {
            throw XrpcErrors.AuthenticationRequired($"Not authorized to act on the repository of {repo}");
        }
    }

    /// <summary>Whether the content of a repository that is not active may be shown: to its owner and the administrator.</summary>
    public bool MaySeeInactive(Did repo) => IsAdmin || repo == Did;

    /// <summary>The caller of this request; null where no credentials were asked for or, being optional, shown.</summary>
    public static Caller? Of(HttpContext context) => context.Features.Get<Caller>();

    /// <summary>Minimal APIs call this for a parameter.</summary>
    public static ValueTask<Caller?> BindAsync(HttpContext context) => ValueTask.FromResult(Of(context));
}
