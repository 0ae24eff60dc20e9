using AtProto;
using AtProto.Crypto;
using AtProto.Repo;
using Pds.Modules.Repo.Storage;

namespace Pds.Modules.Repo.Commits;

/// <summary>
/// A repository as this process believes it to be: its head, which may still be on its way to disk, its tree and its key.
/// All but <see cref="IsBroken"/> and <see cref="Gate"/> belongs to whoever holds the gate.
/// </summary>
internal sealed class RepoState(StoredRepo stored, PrivateKey key)
{
    // A tree takes this much memory at most, its upper layers; the rest is read when a write comes by.
    private const long MaxTreeBytes = 4 << 20;

    // The tree's own count of its bytes drifts; so often it is made to count anew.
    private const int CommitsPerTrim = 64;

    // What a state takes besides its tree: itself, the DID, the native key.
    private const long Overhead = 6 << 10;

    // What a node that came along and is not in the tree yet takes, on average.
    private const long NodeBytes = 512;

    private readonly List<PendingCommit> _pending = [];
    private Dictionary<Cid, byte[]>? _nodes = stored.Nodes;
    private int _commits;
    private volatile bool _isBroken;

    public long Id { get; } = stored.Id;

    public Did Did { get; } = stored.Did;

    public PrivateKey Key { get; } = key;

    public Cid Head { get; private set; } = stored.Head;

    public Tid Rev { get; private set; } = stored.Rev;

    /// <summary>The newest nodes of the tree, after the head.</summary>
    public NodeTip Tip { get; private set; } = stored.Tip ?? NodeTip.Empty;

    /// <summary>Whether the database has, or is to get, a row for the tip.</summary>
    public bool HasTipRow { get; private set; } = stored.Tip is not null;

    public MerkleTree Tree { get; private set; } = MerkleTree.FromRoot(stored.Data);

    /// <summary>About how much memory this takes, in bytes.</summary>
    public long Size => Overhead + Tree.ApproximateBytes + Tip.Length + ((_nodes?.Count ?? 0) * NodeBytes);

    /// <summary>The newest commit that was made from this state.</summary>
    public PendingCommit? Last { get; private set; }

    /// <summary>Held while a commit is made.</summary>
    public SemaphoreSlim Gate { get; } = new(1, 1);

    /// <summary>Whether a commit made from this state was lost, and all that builds on it is too.</summary>
    public bool IsBroken
    {
        get => _isBroken;
        set => _isBroken = value;
    }

    /// <summary>
    /// The record under a path; null when there is none. Brings into memory what an edit of that path and its proof need.
    /// </summary>
    /// <exception cref="StaleTreeException">Another process has moved the repository on.</exception>
    public async ValueTask<Cid?> FindAsync(string path, RepoStore repos, CancellationToken cancellationToken)
    {
        while (!Tree.TryPrepare(path, out var missing))
        {
            missing.Attach(
                Tip.Find(missing.Cid) ?? FindAtHand(missing.Cid)
                ?? await repos.ReadNodeAsync(Id, missing.Cid, cancellationToken) ?? throw new StaleTreeException());
        }

        return Tree.Get(path);
    }

    // Of a tree that is too large to come along, the rest is read as it is needed.
    private byte[]? FindAtHand(Cid cid)
    {
        if (_nodes is not null && _nodes.Remove(cid, out var bytes))
        {
            return bytes;
        }

        _nodes = null;
        return null;
    }

    /// <summary>Goes on to a commit that has been made from this state.</summary>
    public void Advance(PendingCommit commit)
    {
        Head = commit.Commit.Cid;
        Rev = commit.Commit.Rev;
        (Tip, HasTipRow) = (commit.Nodes.Tip, true);
        Tree = ++_commits % CommitsPerTrim == 0 ? commit.Tree.Trim(MaxTreeBytes) : commit.Tree;
        if (Last is { } last)
        {
            last.Next = commit;
        }

        Last = commit;
        if (_pending.Count > 0 && _pending[0].Durable.IsCompleted)
        {
            _pending.RemoveAll(static earlier => earlier.Durable.IsCompleted);
        }

        _pending.Add(commit);
    }

    /// <summary>The records of one link that may be there: those in the database, and those on their way to it.</summary>
    public async Task<List<(RecordKey Rkey, byte[] Value)>> FindLinkedAsync(
        Nsid collection, long link, RecordStore records, CancellationToken cancellationToken)
    {
        // Those on their way come first: what arrives between the two looks is then seen twice, not missed.
        var found = new List<(RecordKey Rkey, byte[] Value)>();
        foreach (var commit in _pending)
        {
            foreach (var change in commit.Changes)
            {
                if (change.Link == link && change.Collection == collection && change.Value is { } value)
                {
                    found.RemoveAll(older => older.Rkey == change.Rkey);
                    found.Add((change.Rkey, value));
                }
            }
        }

        foreach (var stored in await records.FindByLinkAsync(Id, collection, link, cancellationToken))
        {
            if (!found.Exists(other => other.Rkey == stored.Rkey))
            {
                found.Add(stored);
            }
        }

        return found;
    }
}
