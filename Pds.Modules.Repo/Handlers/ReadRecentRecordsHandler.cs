using AtProto;
using Pds.Contracts.Repo;
using Pds.Modules.Repo.Storage;

namespace Pds.Modules.Repo.Handlers;

public static class ReadRecentRecordsHandler
{
    // An AppView that is so far behind has trouble that a few posts more would not cover up.
    private const int MostPosts = 10;

    private static readonly Nsid Posts = Nsid.Parse("app.bsky.feed.post");

    public static async Task<RecentRecords?> HandleAsync(
        ReadRecentRecords query, RecordStore records, CancellationToken cancellationToken)
    {
        if (await records.FindRecentAsync(query.Did, query.Since, MostPosts, cancellationToken) is not { } found)
        {
            return null;
        }

        var posts = found.Where(item => item.Collection == Posts).Select(item => item.Record).Reverse().ToArray();
        var profile = found.Where(item => item.Collection != Posts).Select(item => item.Record).FirstOrDefault();
        return new RecentRecords(profile, posts);
    }
}
