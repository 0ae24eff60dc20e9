using AtProto.OAuth;
using Microsoft.Extensions.Localization;
using Pds.Contracts.Auth;

namespace Pds.Web.Pages.OAuth;

/// <summary>Says in people's words what scopes mean.</summary>
internal sealed class PermissionTexts(IStringLocalizer texts)
{
    public List<PermissionGroup> Describe(IReadOnlyList<string> scopes, IReadOnlyList<PermissionSetView> sets)
    {
        var groups = new List<PermissionGroup>();
        var parsed = scopes.Select(text => Scope.TryParse(text, out var scope) ? scope : null).OfType<Scope>().ToArray();
        foreach (var scope in parsed)
        {
            switch (scope)
            {
                case StaticScope @static:
                    groups.Add(Describe(@static));
                    break;
                case IncludeScope:
                    groups.Add(Describe(sets.FirstOrDefault(set => set.Scope == scope.ToString()), scope.ToString()));
                    break;
                case AccountScope account:
                    groups.Add(Describe(account));
                    break;
                case IdentityScope identity:
                    groups.Add(identity.Attribute == IdentityScope.Handle
                        ? new(texts["PermHandle"], null, [], IsGrave: true)
                        : new(texts["PermIdentity"], texts["PermIdentityDetail"], [], IsGrave: true));
                    break;
            }
        }

        AddRecords(groups, [.. parsed.OfType<RepoScope>()]);
        AddBlobs(groups, [.. parsed.OfType<BlobScope>()]);
        AddCalls(groups, [.. parsed.OfType<RpcScope>()]);
        return groups;
    }

    private PermissionGroup Describe(StaticScope scope) =>
        scope == StaticScope.TransitionGeneric ? new(texts["PermGeneric"], texts["PermGenericDetail"], [], IsGrave: true)
        : scope == StaticScope.TransitionChat ? new(texts["PermChat"], texts["PermChatDetail"], [], IsGrave: true)
        : scope == StaticScope.TransitionEmail ? new(texts["PermEmail"], null, [])
        : new(texts["PermAtproto"], texts["PermAtprotoDetail"], []);

    private static PermissionGroup Describe(PermissionSetView? set, string scope) => set is null
        ? new(scope, null, [scope])
        : new(set.Title ?? set.Nsid, set.Detail, [.. set.Permissions.Prepend(set.Nsid)]);

    private PermissionGroup Describe(AccountScope scope) => (scope.Attribute, scope.MayManage) switch
    {
        (AccountScope.Email, false) => new(texts["PermEmail"], null, []),
        (AccountScope.Email, true) => new(texts["PermEmailManage"], null, [], IsGrave: true),
        (AccountScope.Repo, true) => new(texts["PermRepoManage"], texts["PermRepoManageDetail"], [], IsGrave: true),
        (AccountScope.Status, true) => new(texts["PermStatusManage"], null, [], IsGrave: true),
        _ => new(texts["PermAccountRead"], null, [scope.ToString()]),
    };

    private void AddRecords(List<PermissionGroup> groups, RepoScope[] scopes)
    {
        foreach (var scope in scopes)
        {
            var verbs = string.Join(texts["ListSeparator"], Verbs(scope.Actions));
            groups.Add(scope.IsForAll
                ? new(texts["PermRecordsAll", verbs], null, [], IsGrave: true)
                : new(texts["PermRecords", verbs], null, scope.Collections));
        }
    }

    private IEnumerable<string> Verbs(RepoActions actions)
    {
        if (actions.HasFlag(RepoActions.Create))
        {
            yield return texts["VerbCreate"];
        }

        if (actions.HasFlag(RepoActions.Update))
        {
            yield return texts["VerbUpdate"];
        }

        if (actions.HasFlag(RepoActions.Delete))
        {
            yield return texts["VerbDelete"];
        }
    }

    private void AddBlobs(List<PermissionGroup> groups, BlobScope[] scopes)
    {
        if (scopes.Length > 0)
        {
            string[] types = [.. scopes.SelectMany(scope => scope.Accept)];
            groups.Add(new(types.Contains("*/*") ? texts["PermBlobsAll"] : texts["PermBlobs"], null, types));
        }
    }

    private void AddCalls(List<PermissionGroup> groups, RpcScope[] scopes)
    {
        foreach (var service in scopes.GroupBy(scope => scope.Audience))
        {
            var isAll = service.Any(scope => scope.IsForAll);
            groups.Add(new(
                service.Key == "*" ? texts["PermCallsAnywhere"] : texts["PermCalls", service.Key],
                null,
                isAll ? [] : [.. service.SelectMany(scope => scope.Methods)],
                IsGrave: isAll));
        }
    }
}
