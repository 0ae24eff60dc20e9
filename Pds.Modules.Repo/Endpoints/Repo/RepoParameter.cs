using AtProto;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Pds.Contracts.Identity;
using Pds.Modules.Repo.Commits;
using Pds.Modules.Repo.Storage;
using Pds.Xrpc;
using Wolverine;

namespace Pds.Modules.Repo.Endpoints.Repo;

/// <summary>The <c>repo</c> of a request: a DID, or a handle of this server.</summary>
internal static class RepoParameter
{
    /// <summary>The DID; null for a handle that nobody has here.</summary>
    public static async ValueTask<Did?> ResolveAsync(AtIdentifier repo, HttpContext context)
    {
        if (repo.Did is { } did)
        {
            return did;
        }

        var bus = context.RequestServices.GetRequiredService<IMessageBus>();
        var identity = await bus.InvokeAsync<LocalIdentity?>(new FindIdentity(repo.Handle!.Value), context.RequestAborted);
        return identity?.Did;
    }

    /// <summary>
    /// Refuses unless the repository is the caller's own; of another's it says first whether it is there and writable.
    /// The status of the caller's own is looked at when it is written.
    /// </summary>
    public static async ValueTask RequireOwnAsync(AtIdentifier repo, Caller caller, RepoStore repos, HttpContext context)
    {
        if (repo.Did == caller.Did)
        {
            return;
        }

        var did = await ResolveAsync(repo, context);
        if (did != caller.Did)
        {
            RepoWriter.RequireWritable(did is null ? null : await repos.FindStatusAsync(did.Value, context.RequestAborted));
            caller.RequireRepo(did!.Value);
        }
    }
}
