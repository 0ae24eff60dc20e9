using AtProto;
using AtProto.Data;
using AtProto.Repo;
using Pds.Modules.Repo.Commits;
using Pds.Modules.Repo.Firehose;

namespace Pds.Modules.Repo.Storage;

/// <summary>
/// The rows of one transaction of commits, column by column as SQL takes them. Every row carries the number of the head
/// that it hangs on, from 1: where that head does not move, none of its rows is written. Reused from batch to batch.
/// </summary>
internal sealed class CommitRows
{
    public List<long> RepoIds { get; } = [];

    public List<byte[]> PreviousCids { get; } = [];

    public List<long> Revs { get; } = [];

    public List<byte[]> Cids { get; } = [];

    public List<byte[]> DataCids { get; } = [];

    public List<byte[]> Commits { get; } = [];

    /// <summary>The tip that each head gets.</summary>
    public List<byte[]> Tips { get; } = [];

    /// <summary>Those of repositories that had none.</summary>
    public TipRows NewTips { get; } = new();

    /// <summary>Nodes that take the row of one that goes, whose CID is in <see cref="ReplacedCids"/>.</summary>
    public NodeRows ReplacingNodes { get; } = new();

    public List<byte[]> ReplacedCids { get; } = [];

    public NodeRows NewNodes { get; } = new();

    public NodeRows RemovedNodes { get; } = new();

    public RecordRows NewRecords { get; } = new();

    public RecordRows UpdatedRecords { get; } = new();

    public PathRows RemovedRecords { get; } = new();

    public BlobUseRows BlobUses { get; } = new();

    /// <summary>Records that had a value before: what blobs they named is dropped, but for those the new value names.</summary>
    public PathRows Overwritten { get; } = new();

    public List<long> OverwrittenRevs { get; } = [];

    /// <summary>The commit that the head of each of them becomes.</summary>
    public List<byte[]> OverwrittenHeads { get; } = [];

    public EventRows Events { get; } = new();

    public void Clear()
    {
        RepoIds.Clear();
        PreviousCids.Clear();
        Revs.Clear();
        Cids.Clear();
        DataCids.Clear();
        Commits.Clear();
        Tips.Clear();
        NewTips.Clear();
        ReplacingNodes.Clear();
        ReplacedCids.Clear();
        NewNodes.Clear();
        RemovedNodes.Clear();
        NewRecords.Clear();
        UpdatedRecords.Clear();
        RemovedRecords.Clear();
        BlobUses.Clear();
        Overwritten.Clear();
        OverwrittenRevs.Clear();
        OverwrittenHeads.Clear();
        Events.Clear();
    }

    /// <summary>What there are rows of.</summary>
    public CommitParts Parts =>
        (NewNodes.Heads.Count > 0 ? CommitParts.Settled : 0)
        | (ReplacingNodes.Heads.Count + RemovedNodes.Heads.Count > 0 ? CommitParts.Unsettled : 0)
        | (UpdatedRecords.Heads.Count + RemovedRecords.Heads.Count + Overwritten.Heads.Count > 0 ? CommitParts.Changes : 0)
        | (BlobUses.Heads.Count > 0 ? CommitParts.Blobs : 0)
        | (NewTips.Heads.Count > 0 ? CommitParts.NewTips : 0);

    /// <summary>Starts a head; the rows added next belong to it.</summary>
    /// <param name="isNewTip">Whether the repository has had no tip so far.</param>
    public void AddHead(long repoId, Cid previous, SignedCommit commit, NodeTip tip, bool isNewTip)
    {
        RepoIds.Add(repoId);
        PreviousCids.Add(previous.ToBytes());
        Revs.Add(commit.Rev.Value);
        Cids.Add(commit.Cid.ToBytes());
        DataCids.Add(commit.Data.ToBytes());
        Commits.Add(commit.Bytes);
        Tips.Add(tip.Encode());
        if (isNewTip)
        {
            NewTips.Add(Head, repoId, Tips[^1]);
        }
    }

    /// <summary>Replaces a node. To rewrite a row costs less than to delete one and insert another.</summary>
    public void ReplaceNode(Cid replaced, in TipNode node)
    {
        ReplacedCids.Add(replaced.ToBytes());
        ReplacingNodes.Add(Head, RepoId, node);
    }

    public void AddNode(in TipNode node) => NewNodes.Add(Head, RepoId, node);

    public void RemoveNode(Cid cid) => RemovedNodes.Add(Head, RepoId, new TipNode(cid, default, []));

    /// <summary>Adds what becomes of a record.</summary>
    /// <param name="change">With what the database has now as its <see cref="RecordChange.Previous"/>.</param>
    public void AddChange(in RecordChange change, Tid rev)
    {
        var (collection, rkey) = (change.Collection.Value, change.Rkey.Value);
        if (change.Previous is not null)
        {
            Overwritten.Add(Head, RepoId, collection, rkey);
            OverwrittenRevs.Add(rev.Value);
            OverwrittenHeads.Add(Cids[^1]);
        }

        if (change.Value is { } value)
        {
            var records = change.Previous is null ? NewRecords : UpdatedRecords;
            records.Add(Head, RepoId, collection, rkey, rev, change.Link, change.Cid, value);

            // A record may show the same blob more than once, and names it once all the same.
            var named = change.Blobs.Count > 1 ? new HashSet<Cid>() : null;
            foreach (var blob in change.Blobs)
            {
                if (named?.Add(blob.Cid) != false)
                {
                    BlobUses.Add(Head, RepoId, collection, rkey, rev, blob);
                }
            }
        }
        else if (change.Previous is not null)
        {
            RemovedRecords.Add(Head, RepoId, collection, rkey);
        }
    }

    private int Head => RepoIds.Count;

    private long RepoId => RepoIds[^1];

    internal class HangingRows
    {
        public List<int> Heads { get; } = [];

        public List<long> RepoIds { get; } = [];

        public virtual void Clear()
        {
            Heads.Clear();
            RepoIds.Clear();
        }

        protected void Add(int head, long repoId)
        {
            Heads.Add(head);
            RepoIds.Add(repoId);
        }
    }

    internal sealed class TipRows : HangingRows
    {
        public List<byte[]> Nodes { get; } = [];

        public void Add(int head, long repoId, byte[] nodes)
        {
            Add(head, repoId);
            Nodes.Add(nodes);
        }

        public override void Clear()
        {
            base.Clear();
            Nodes.Clear();
        }
    }

    internal sealed class NodeRows : HangingRows
    {
        public List<byte[]> Cids { get; } = [];

        public List<long> Revs { get; } = [];

        public List<byte[]> Bytes { get; } = [];

        public void Add(int head, long repoId, in TipNode node)
        {
            Add(head, repoId);
            Cids.Add(node.Cid.ToBytes());
            Revs.Add(node.Rev.Value);
            Bytes.Add(node.Bytes);
        }

        public override void Clear()
        {
            base.Clear();
            Cids.Clear();
            Revs.Clear();
            Bytes.Clear();
        }
    }

    internal class PathRows : HangingRows
    {
        public List<string> Collections { get; } = [];

        public List<string> Rkeys { get; } = [];

        public void Add(int head, long repoId, string collection, string rkey)
        {
            Add(head, repoId);
            Collections.Add(collection);
            Rkeys.Add(rkey);
        }

        public override void Clear()
        {
            base.Clear();
            Collections.Clear();
            Rkeys.Clear();
        }
    }

    internal sealed class RecordRows : PathRows
    {
        public List<long> Revs { get; } = [];

        public List<long?> Links { get; } = [];

        public List<byte[]> Cids { get; } = [];

        public List<byte[]> Values { get; } = [];

        public void Add(
            int head, long repoId, string collection, string rkey, Tid rev, long? link, Cid cid, byte[] value)
        {
            Add(head, repoId, collection, rkey);
            Revs.Add(rev.Value);
            Links.Add(link);
            Cids.Add(cid.ToBytes());
            Values.Add(value);
        }

        public override void Clear()
        {
            base.Clear();
            Revs.Clear();
            Links.Clear();
            Cids.Clear();
            Values.Clear();
        }
    }

    internal sealed class BlobUseRows : PathRows
    {
        public List<long> Revs { get; } = [];

        public List<byte[]> Cids { get; } = [];

        public List<string> MimeTypes { get; } = [];

        public List<long> Sizes { get; } = [];

        public void Add(int head, long repoId, string collection, string rkey, Tid rev, BlobReference blob)
        {
            Add(head, repoId, collection, rkey);
            Revs.Add(rev.Value);
            Cids.Add(blob.Cid.ToBytes());
            MimeTypes.Add(blob.MimeType);
            Sizes.Add(blob.Size);
        }

        public override void Clear()
        {
            base.Clear();
            Revs.Clear();
            Cids.Clear();
            MimeTypes.Clear();
            Sizes.Clear();
        }
    }

    /// <summary>Events in the order of their numbers. Those of one head need not be neighbours.</summary>
    internal sealed class EventRows : HangingRows
    {
        public List<DateTimeOffset> Times { get; } = [];

        public List<short> Kinds { get; } = [];

        public List<int> SeqAts { get; } = [];

        public List<byte[]> Bodies { get; } = [];

        public void Add(int head, long repoId, NewEvent item)
        {
            Add(head, repoId);
            Times.Add(item.Time);
            Kinds.Add((short)item.Kind);
            SeqAts.Add(item.Frame.SeqOffset);
            Bodies.Add(item.Frame.Bytes);
        }

        public override void Clear()
        {
            base.Clear();
            Times.Clear();
            Kinds.Clear();
            SeqAts.Clear();
            Bodies.Clear();
        }
    }
}
