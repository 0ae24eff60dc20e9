namespace AtProto.Repo;

/// <summary>
/// Reads what turns the records of one tree into those of another, in order of their keys, without either tree in memory:
/// blocks are asked for when they are needed, nodes that both trees have at the same place are not. For an import, whose
/// operations nobody lists and whose size nobody knows. Every node that is read is checked in full.
/// </summary>
/// <param name="before">The root of the old tree.</param>
/// <param name="after">The root of the new tree.</param>
/// <param name="find">Gives a block by its CID; null when there is none.</param>
public sealed class TreeDiff(Cid before, Cid after, Func<Cid, byte[]?> find)
{
    private readonly TreeCursor _old = MerkleTree.FromRoot(before).GetCursor();
    private readonly TreeCursor _new = MerkleTree.FromRoot(after).GetCursor();

    // A node that was entered on both sides is in both trees: what is left at the end is in one of them.
    private readonly HashSet<Cid> _added = IsEmptyTree(after, before) ? [after] : [];
    private readonly HashSet<Cid> _removed = IsEmptyTree(before, after) ? [before] : [];

    private TreeStep? _oldStep = before == after ? TreeStep.End : null;
    private TreeStep? _newStep = before == after ? TreeStep.End : null;
    private bool _isOldKey;

    /// <summary>The key of the change; valid until the next <see cref="Read"/>.</summary>
    public ReadOnlySpan<byte> Key => (_isOldKey ? _old : _new).Key;

    /// <summary>What the old tree has there; null when nothing.</summary>
    public Cid? Before { get; private set; }

    /// <summary>What the new tree has there; null when nothing.</summary>
    public Cid? After { get; private set; }

    /// <summary>The nodes that only the new tree has, once everything has been read.</summary>
    public IReadOnlyCollection<Cid> NewNodes => _added;

    /// <summary>The nodes that only the old tree has, once everything has been read.</summary>
    public IReadOnlyCollection<Cid> RemovedNodes => _removed;

    /// <summary>Goes to the next change; false at the end.</summary>
    /// <exception cref="TreeException">A node is invalid, or there is no block of its name.</exception>
    public bool Read()
    {
        while (true)
        {
            var oldStep = _oldStep ??= _old.Read();
            var newStep = _newStep ??= _new.Read();
            if (oldStep == TreeStep.Missing || newStep == TreeStep.Missing)
            {
                GoIn(oldStep == TreeStep.Missing, newStep == TreeStep.Missing);
                continue;
            }

            if (oldStep == TreeStep.End && newStep == TreeStep.End)
            {
                return false;
            }

            var order = oldStep == TreeStep.End ? 1 : newStep == TreeStep.End ? -1 : _old.Key.SequenceCompareTo(_new.Key);
            (Before, After, _isOldKey) = (order <= 0 ? _old.Value : null, order >= 0 ? _new.Value : null, order < 0);
            _oldStep = order <= 0 ? null : oldStep;
            _newStep = order >= 0 ? null : newStep;
            if (Before != After)
            {
                return true;
            }
        }
    }

    /// <summary>Passes by a node that both have, or goes into the higher one, so that equal nodes meet.</summary>
    private void GoIn(bool old, bool @new)
    {
        if (old && @new)
        {
            if (_old.Missing.Cid == _new.Missing.Cid)
            {
                _old.SkipMissing();
                _new.SkipMissing();
                (_oldStep, _newStep) = (null, null);
                return;
            }

            if (_old.MissingLayer is { } oldLayer && _new.MissingLayer is { } newLayer)
            {
                (old, @new) = (oldLayer >= newLayer, newLayer >= oldLayer);
            }
        }

        if (old)
        {
            Enter(_old, _removed, _added);
            _oldStep = null;
        }

        if (@new)
        {
            Enter(_new, _added, _removed);
            _newStep = null;
        }
    }

    private void Enter(TreeCursor cursor, HashSet<Cid> own, HashSet<Cid> others)
    {
        var cid = cursor.Missing.Cid;
        cursor.EnterMissing(find(cid) ?? throw new TreeException($"A tree node is missing: {cid}", cid));
        if (!others.Remove(cid))
        {
            own.Add(cid);
        }
    }

    // The node of the empty tree is never asked for, because everyone knows it.
    private static bool IsEmptyTree(Cid root, Cid other) => root == MerkleTree.Empty.Root && root != other;
}
