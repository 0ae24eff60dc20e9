using AtProto;
using Pds.Modules.Repo.Storage;
using Pds.Xrpc;

namespace Pds.Modules.Repo.Endpoints.Sync;

/// <summary>Who may see a repository: anyone when it is active, otherwise its owner and the administrator.</summary>
internal static class Visibility
{
    /// <summary>The head of a repository that the caller may see; refused with the name of what is in the way.</summary>
    public static async Task<RepoHead> RequireVisibleAsync(
        this SyncStore repos, Did did, Caller? caller, CancellationToken cancellationToken)
    {
        var head = await repos.FindHeadAsync(did, cancellationToken);
        return RequireVisible(head, did, caller);
    }

    /// <inheritdoc cref="RequireVisibleAsync"/>
    public static RepoHead RequireVisible(RepoHead? found, Did did, Caller? caller)
    {
        var head = RequireHere(found, did);
        return head.Status == AccountStatus.Active || caller?.MaySeeInactive(did) == true
            ? head
            : throw (head.Status switch
            {
                AccountStatus.Takendown => XrpcErrors.RepoTakendown(did),
                AccountStatus.Suspended => XrpcErrors.RepoSuspended(did),
                _ => XrpcErrors.RepoDeactivated(did),
            });
    }

    /// <summary>The head of a repository that is here; one that is being deleted is here no more.</summary>
    public static async Task<RepoHead> RequireHereAsync(this SyncStore repos, Did did, CancellationToken cancellationToken) =>
        RequireHere(await repos.FindHeadAsync(did, cancellationToken), did);

    /// <summary>The status as it is sent; null for an active repository.</summary>
    public static string? Name(AccountStatus status) => status switch
    {
        AccountStatus.Active => null,
        AccountStatus.Deactivated => "deactivated",
        AccountStatus.Takendown => "takendown",
        AccountStatus.Suspended => "suspended",
        _ => "deleted",
    };

    private static RepoHead RequireHere(RepoHead? found, Did did) =>
        found is { Status: not AccountStatus.Deleted } ? found : throw XrpcErrors.RepoNotFound(did);
}
