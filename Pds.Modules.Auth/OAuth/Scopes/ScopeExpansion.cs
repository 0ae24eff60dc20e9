using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using AtProto.OAuth;
using Pds.Contracts.Auth;
using Pds.Contracts.Identity;
using Wolverine;

namespace Pds.Modules.Auth.OAuth.Scopes;

/// <summary>
/// Puts permissions in the place of the <c>include:</c> scopes that stand for them. A person grants the name of a set; every
/// token gets what the set contains by then.
/// </summary>
internal static class ScopeExpansion
{
    // Each may have to be looked up in the network.
    private const int MostSets = 16;

    /// <summary>Makes sure that every set that a request names can be had.</summary>
    /// <exception cref="OAuthException"><c>invalid_scope</c>.</exception>
    public static async Task RequireSetsAsync(string scope, IMessageBus bus, CancellationToken cancellationToken)
    {
        var includes = Includes(scope.Split(' ')).DistinctBy(include => include.Set).ToList();
        if (includes.Count > MostSets)
        {
            throw OAuthException.InvalidScope($"A request can name {MostSets} permission sets at most");
        }

        foreach (var include in includes)
        {
            if (await FindAsync(include, bus, cancellationToken) is null)
            {
                throw OAuthException.InvalidScope($"The permission set {include.Set} cannot be resolved");
            }
        }
    }

    /// <summary>The scopes for a token.</summary>
    /// <param name="scope">As they were granted.</param>
    /// <exception cref="OAuthException"><c>server_error</c>: a set was granted that cannot be had now, so that the client comes back later.</exception>
    public static async Task<string> ExpandAsync(string scope, IMessageBus bus, CancellationToken cancellationToken)
    {
        var granted = scope.Split(' ');
        if (!Includes(granted).Any())
        {
            return scope;
        }

        var expanded = new List<string>();
        foreach (var value in granted)
        {
            if (!TryInclude(value, out var include))
            {
                expanded.Add(value);
                continue;
            }

            var set = await FindAsync(include, bus, cancellationToken)
                ?? throw OAuthException.ServerError($"The permission set {include.Set} cannot be resolved");
            expanded.AddRange(set.Expand(include).Select(permission => permission.ToString()));
        }

        return string.Join(' ', expanded.Distinct());
    }

    /// <summary>What the sets among some scopes say of themselves, in the language of the page. Those that cannot be had are left out.</summary>
    public static async Task<IReadOnlyList<PermissionSetView>> DescribeAsync(
        IEnumerable<string> scopes, IMessageBus bus, CancellationToken cancellationToken)
    {
        var language = CultureInfo.CurrentUICulture.Name;
        var views = new List<PermissionSetView>();
        foreach (var scope in scopes)
        {
            if (TryInclude(scope, out var include) && await FindAsync(include, bus, cancellationToken) is { } set)
            {
                views.Add(new PermissionSetView(
                    scope, set.Id.Value, set.TitleIn(language), set.DetailIn(language), [.. set.Expand(include).Select(permission => permission.ToString())]));
            }
        }

        return views;
    }

    private static IEnumerable<IncludeScope> Includes(string[] scopes) =>
        scopes.Select(scope => TryInclude(scope, out var include) ? include : null).OfType<IncludeScope>();

    private static bool TryInclude(string scope, [NotNullWhen(true)] out IncludeScope? include)
    {
        include = scope.StartsWith("include", StringComparison.Ordinal) && Scope.TryParse(scope, out var parsed) ? parsed as IncludeScope : null;
        return include is not null;
    }

    private static async Task<PermissionSet?> FindAsync(IncludeScope include, IMessageBus bus, CancellationToken cancellationToken) =>
        await bus.InvokeAsync<ResolvedLexicon?>(new ResolveLexicon(include.Set), cancellationToken) is { } lexicon
        && PermissionSet.TryParse(include.Set, lexicon.Json, out var set)
            ? set
            : null;
}
