using Microsoft.AspNetCore.Authorization;
using Pds.Xrpc;

namespace Pds.Web.Reference;

/// <summary>Who may call a method here, and who answers: read from what is mapped, so that it cannot be out of date.</summary>
internal sealed class MethodAccess(EndpointDataSource endpoints)
{
    private static readonly (AccessKind Kind, string Words)[] Callers =
    [
        (AccessKind.OAuth, "an app signed in by OAuth"),
        (AccessKind.Full, "a session made with the account's password"),
        (AccessKind.AppPassword, "a session made with an app password"),
        (AccessKind.Takendown, "a session of a taken-down account"),
        (AccessKind.SignupQueued, "a session of an account in the queue"),
        (AccessKind.Refresh, "a refresh token"),
        (AccessKind.Admin, "the administrator"),
        (AccessKind.Moderation, "the moderation service"),
        (AccessKind.Service, "a service token signed by the account"),
    ];

    private readonly Lazy<Dictionary<string, Endpoint>> _served = new(() => endpoints.Endpoints
        .Where(endpoint => endpoint.DisplayName is not null)
        .DistinctBy(endpoint => endpoint.DisplayName)
        .ToDictionary(endpoint => endpoint.DisplayName!, StringComparer.Ordinal));

    /// <summary>Whether this server answers itself, if only with what another says.</summary>
    public bool IsServedHere(string nsid) => _served.Value.ContainsKey(nsid);

    /// <summary>Null for a method that anybody may call.</summary>
    public AccessRule? RuleOf(string nsid)
    {
        var policy = _served.Value.TryGetValue(nsid, out var endpoint)
            ? endpoint.Metadata.GetMetadata<IAuthorizeData>()?.Policy
            : Access.Account;
        return policy is null ? null : Access.Rules.GetValueOrDefault(policy);
    }

    /// <summary>Who may call, each in words.</summary>
    public static IEnumerable<string> CallersOf(AccessRule rule) =>
        Callers.Where(caller => rule.Kinds.HasFlag(caller.Kind)).Select(caller => caller.Words);

    /// <summary>What an app has to be granted; null where apps may not call, or need nothing.</summary>
    public string? ScopeOf(string nsid) =>
        RuleOf(nsid) is not { IsOptional: false } rule || !rule.Kinds.HasFlag(AccessKind.OAuth) ? null
        : !_served.Value.TryGetValue(nsid, out var endpoint) ? NeededScopes.ToCall(nsid)
        : endpoint.Metadata.GetMetadata<NeededScope>()?.Text ?? "atproto";
}
