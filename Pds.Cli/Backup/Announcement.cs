using AtProto;
using Microsoft.Extensions.DependencyInjection;
using Pds.Modules.Repo.Repair;
using Pds.Modules.Repo.Verification;

namespace Pds.Cli.Backup;

/// <summary>Tells the network of every repository anew, each with a new commit: what it has seen of them may be later than what is here.</summary>
internal static class Announcement
{
    private const int AtOnce = 8;

    /// <param name="done">Told after each.</param>
    /// <returns>How many.</returns>
    public static async Task<long> MakeAsync(IServiceProvider services, Action<Did> done, CancellationToken cancellationToken)
    {
        var repair = services.GetRequiredService<RepositoryRepair>();
        var count = 0L;
        var options = new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(
            services.GetRequiredService<RepositoryVerifier>().ListAsync(cancellationToken), options, async (did, token) =>
            {
                if (await repair.AnnounceAnewAsync(did, token))
                {
                    Interlocked.Increment(ref count);
                }

                done(did);
            });
        return count;
    }
}
