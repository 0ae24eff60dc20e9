using AtProto.OAuth;
using Microsoft.Extensions.Localization;
using Pds.Contracts.Auth;
using Pds.Web.Resources;

namespace Pds.Web.Permissions;

/// <summary>Says in words what scopes let an app do: what belongs together once, the harmless first.</summary>
internal sealed class PermissionTexts(IStringLocalizer<Texts> texts)
{
    private static readonly string[] Nothing = [];

    /// <param name="scopes">As asked or granted.</param>
    /// <param name="sets">What the <c>include:</c> scopes among them stand for, where it is known.</param>
    public IReadOnlyList<PermissionView> Describe(IReadOnlyList<string> scopes, IReadOnlyList<PermissionSetView> sets)
    {
        var parsed = Parse(scopes);
        return
        [
            .. Static(parsed, StaticScope.Atproto, "person", "Identity"),
            .. Static(parsed, StaticScope.TransitionGeneric, "write", "Generic"),
            .. parsed.OfType<IncludeScope>().Select(include => Set(include, sets)),
            .. Kind<RepoScope>(parsed, "list", "Repo", RepoLine),
            .. Kind<BlobScope>(parsed, "image", "Blob", BlobLine),
            .. Kind<RpcScope>(parsed, "network", "Rpc", RpcLine),
            .. Static(parsed, StaticScope.TransitionChat, "chat", "Chat"),
            .. Email(parsed),
            .. Accounts(parsed, AccountScope.Repo, "download", "AccountRepo"),
            .. Accounts(parsed, AccountScope.Status, "pause", "AccountStatus"),
            .. Identity(parsed),
        ];
    }

    private static List<Scope> Parse(IEnumerable<string> scopes)
    {
        var parsed = new List<Scope>();
        foreach (var text in scopes)
        {
            if (Scope.TryParse(text, out var scope))
            {
                parsed.Add(scope);
            }
        }

        return parsed;
    }

    private IEnumerable<PermissionView> Static(List<Scope> scopes, StaticScope wanted, string icon, string name)
    {
        if (scopes.Contains(wanted))
        {
            yield return Make(icon, name, [], [wanted]);
        }
    }

    private IEnumerable<PermissionView> Kind<T>(List<Scope> scopes, string icon, string name, Func<T, PermissionLine> line) where T : Scope
    {
        var own = scopes.OfType<T>().ToArray();
        if (own.Length > 0)
        {
            yield return Make(icon, name, [.. own.Select(line)], own);
        }
    }

    private PermissionView Set(IncludeScope include, IReadOnlyList<PermissionSetView> sets)
    {
        var scope = include.ToString();
        var set = sets.FirstOrDefault(set => set.Scope == scope || set.Nsid == include.Set.Value);
        var lines = Parse(set?.Permissions ?? []).Select(permission => permission switch
        {
            RepoScope repo => RepoLine(repo),
            RpcScope rpc => RpcLine(rpc),
            _ => new PermissionLine(permission.ToString(), Nothing),
        });
        return new PermissionView(
            "apps", set?.Title ?? include.Set.Value, set?.Detail, [.. lines, new(texts["Consent.Set"], [include.Set.Value])], [scope]);
    }

    private IEnumerable<PermissionView> Email(List<Scope> scopes)
    {
        var own = scopes.Where(scope => scope == StaticScope.TransitionEmail || scope is AccountScope { Attribute: AccountScope.Email })
            .ToArray();
        if (own.Length > 0)
        {
            var manages = own.Any(scope => scope is AccountScope { MayManage: true });
            yield return Make("mail", manages ? "EmailManage" : "Email", [], own) with { IsOptional = true, IsGrave = manages };
        }
    }

    private IEnumerable<PermissionView> Accounts(List<Scope> scopes, string attribute, string icon, string name)
    {
        var own = scopes.OfType<AccountScope>().Where(scope => scope.Attribute == attribute).ToArray();
        if (own.Length > 0)
        {
            var manages = own.Any(scope => scope.MayManage);
            yield return Make(icon, manages ? $"{name}Manage" : name, [], own) with { IsOptional = true, IsGrave = manages };
        }
    }

    private IEnumerable<PermissionView> Identity(List<Scope> scopes)
    {
        var own = scopes.OfType<IdentityScope>().ToArray();
        if (own.Length > 0)
        {
            var isAll = own.Any(scope => scope.Attribute == IdentityScope.All);
            yield return Make("at", isAll ? "IdentityAll" : "IdentityHandle", [], own) with { IsOptional = true, IsGrave = true };
        }
    }

    private PermissionView Make(string icon, string name, IReadOnlyList<PermissionLine> lines, IReadOnlyList<Scope> scopes) => new(
        icon, texts[$"Consent.{name}"], texts[$"Consent.{name}.Text"], lines, [.. scopes.Select(scope => scope.ToString())]);

    private PermissionLine RepoLine(RepoScope scope) => new(
        texts[$"Consent.Act{(int)scope.Actions}"], scope.IsForAll ? [texts["Consent.AllCollections"]] : scope.Collections);

    private PermissionLine BlobLine(BlobScope scope) => new(
        texts["Consent.Files"],
        [.. scope.Accept.Select(type => type switch
        {
            "*/*" => texts["Consent.FilesAny"].Value,
            "image/*" => texts["Consent.FilesImage"].Value,
            "video/*" => texts["Consent.FilesVideo"].Value,
            "audio/*" => texts["Consent.FilesAudio"].Value,
            _ => type,
        })]);

    private PermissionLine RpcLine(RpcScope scope) => new(
        scope.Audience == "*" ? texts["Consent.AnyService"] : texts["Consent.AtService", scope.Audience],
        scope.IsForAll ? [texts["Consent.AllMethods"]] : scope.Methods);
}
