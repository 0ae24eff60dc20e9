using AtProto;
using Pds.Modules.Repo.Keys;
using Pds.Modules.Repo.Storage;
using Pds.Xrpc;

namespace Pds.Modules.Repo.Commits;

/// <summary>The repositories that were lately written, each as this process last knew it. Bounded by bytes.</summary>
internal sealed class RepoCache(RepoStore repos, SigningKeys keys, RepoOptions options)
{
    // A tree of this many nodes, some 300 records, comes along with its head in one round trip.
    private const int NodesAtOnce = 64;

    private static readonly CacheCounter Counter = new("repository");

    private readonly LruCache<Did, RepoState> _states = new(options.CacheBytes, static state => state.Size);

    /// <summary>The state of an active repository.</summary>
    /// <exception cref="Xrpc.XrpcException">There is none, or it may not be written.</exception>
    public async ValueTask<RepoState> GetAsync(Did did, CancellationToken cancellationToken)
    {
        var isThere = _states.TryGet(did, out var state) && !state.IsBroken;
        Counter.Count(isThere);
        if (isThere)
        {
            return state!;
        }

        if (state is not null)
        {
            _states.Remove(did, state);
        }

        var stored = await repos.FindAsync(did, NodesAtOnce, cancellationToken);
        RepoWriter.RequireWritable(stored?.Status);
        return _states.GetOrAdd(did, new RepoState(stored!, keys.Open(stored!.Key)));
    }

    /// <summary>Takes note that a state has grown or shrunk.</summary>
    public void Resize(RepoState state) => _states.Resize(state.Did, state);

    /// <summary>Forgets a state that has turned out to be old.</summary>
    public void Remove(RepoState state)
    {
        state.IsBroken = true;
        _states.Remove(state.Did, state);
    }
}
