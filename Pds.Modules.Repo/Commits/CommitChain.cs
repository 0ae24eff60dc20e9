using AtProto;
using Pds.Modules.Repo.Storage;

namespace Pds.Modules.Repo.Commits;

/// <summary>
/// The commits of one repository that one transaction writes, each on top of the one before. What comes and goes between
/// them never reaches the database; their events all do.
/// </summary>
internal sealed class CommitChain
{
    private readonly List<PendingCommit> _commits = [];
    private readonly Dictionary<Cid, Node> _nodes = [];
    private readonly Dictionary<(string Collection, string Rkey), Record> _records = [];
    private readonly Stack<Cid> _removed = new();

    public RepoState Repo => _commits[0].Repo;

    public List<PendingCommit> Commits => _commits;

    /// <summary>The number of its head in the batch, from 1.</summary>
    public int Number { get; set; }

    public void Clear()
    {
        _commits.Clear();
        _nodes.Clear();
        _records.Clear();
    }

    /// <summary>Adds the head and the rows that hang on it, but for the events.</summary>
    public void AddTo(CommitRows rows)
    {
        var last = _commits[^1];
        rows.AddHead(Repo.Id, _commits[0].Previous, last.Commit, last.Nodes.Tip, _commits[0].IsFirstTip);
        if (_commits.Count == 1)
        {
            AddSingle(rows, last);
            return;
        }

        _nodes.Clear();
        _records.Clear();
        foreach (var commit in _commits)
        {
            Fold(commit);
        }

        AddNodes(rows);
        foreach (var record in _records.Values)
        {
            rows.AddChange(record.Change with { Previous = record.Previous }, record.Rev);
        }
    }

    private static void AddSingle(CommitRows rows, PendingCommit commit)
    {
        var (added, removed) = (commit.Nodes.Settled, commit.Nodes.Unsettled);
        var replaced = Math.Min(added.Count, removed.Count);
        for (var i = 0; i < replaced; i++)
        {
            rows.ReplaceNode(removed[i], added[i]);
        }

        for (var i = replaced; i < removed.Count; i++)
        {
            rows.RemoveNode(removed[i]);
        }

        for (var i = replaced; i < added.Count; i++)
        {
            rows.AddNode(added[i]);
        }

        foreach (var change in commit.Changes)
        {
            rows.AddChange(change, commit.Commit.Rev);
        }
    }

    private void AddNodes(CommitRows rows)
    {
        foreach (var (cid, node) in _nodes)
        {
            if (node.IsStored && node.Bytes is null)
            {
                _removed.Push(cid);
            }
        }

        foreach (var (cid, node) in _nodes)
        {
            if (node.Bytes is not { } bytes)
            {
                continue;
            }

            if (node.IsStored)
            {
                // It went and came back: only its revision is another.
                rows.ReplaceNode(cid, new TipNode(cid, node.Rev, bytes));
            }
            else if (_removed.TryPop(out var removed))
            {
                rows.ReplaceNode(removed, new TipNode(cid, node.Rev, bytes));
            }
            else
            {
                rows.AddNode(new TipNode(cid, node.Rev, bytes));
            }
        }

        while (_removed.TryPop(out var removed))
        {
            rows.RemoveNode(removed);
        }
    }

    private void Fold(PendingCommit commit)
    {
        foreach (var cid in commit.Nodes.Unsettled)
        {
            if (_nodes.TryGetValue(cid, out var node) && !node.IsStored)
            {
                _nodes.Remove(cid);
            }
            else
            {
                _nodes[cid] = new Node(IsStored: true, commit.Commit.Rev, null);
            }
        }

        foreach (var (cid, rev, bytes) in commit.Nodes.Settled)
        {
            // A node that was stored, went and came back is written again, for its revision.
            var isStored = _nodes.TryGetValue(cid, out var node) && node.IsStored;
            _nodes[cid] = new Node(isStored, rev, bytes);
        }

        foreach (var change in commit.Changes)
        {
            var path = (change.Collection.Value, change.Rkey.Value);
            var previous = _records.TryGetValue(path, out var record) ? record.Previous : change.Previous;
            _records[path] = new Record(previous, commit.Commit.Rev, change);
        }
    }

    /// <param name="IsStored">Whether the database has it now.</param>
    /// <param name="Bytes">Null when the node is to go.</param>
    private readonly record struct Node(bool IsStored, Tid Rev, byte[]? Bytes);

    /// <param name="Previous">What the database has now.</param>
    private readonly record struct Record(Cid? Previous, Tid Rev, RecordChange Change);
}
