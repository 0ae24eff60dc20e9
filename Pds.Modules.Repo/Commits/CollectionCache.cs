using AtProto;
using Pds.Modules.Repo.Storage;

namespace Pds.Modules.Repo.Commits;

/// <summary>
/// The collections of the repositories that were lately described. Each time the revision is asked for, and what is known holds
/// only for the same one: an answer is as exact as without.
/// </summary>
internal sealed class CollectionCache(RecordStore records)
{
    private const long MaxBytes = 4 << 20;

    private readonly LruCache<Did, Known> _known = new(MaxBytes, static known => known.Size);

    /// <summary>The status of a repository and its collections, in order; null when there is none.</summary>
    public async Task<(AccountStatus Status, string[] Collections)?> GetAsync(Did did, CancellationToken cancellationToken)
    {
        _known.TryGet(did, out var known);
        if (await records.ListCollectionsAsync(did, known?.Rev, cancellationToken) is not var (status, rev, collections))
        {
            return null;
        }

        if (collections is null)
        {
            return (status, known!.Collections);
        }

        if (known is not null)
        {
            _known.Remove(did, known);
        }

        _known.GetOrAdd(did, new Known(rev, collections));
        return (status, collections);
    }

    private sealed record Known(Tid Rev, string[] Collections)
    {
        public long Size { get; } = 200 + (Collections.Length * 100L);
    }
}
