using AtProto;
using AtProto.Data;
using AtProto.Repo;
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

    public KeyedRows RemovedNodes { get; } = new();

    public KeyedRows NewNodes { get; } = new();

    public List<long> NewNodeRevs { get; } = [];

    public List<byte[]> NewNodeBytes { get; } = [];

    public PathRows Records { get; } = new();

    public List<long> RecordRevs { get; } = [];

    public List<long?> RecordLinks { get; } = [];

    public List<byte[]> RecordCids { get; } = [];

    public List<byte[]> RecordValues { get; } = [];

    public PathRows RemovedRecords { get; } = new();

    public PathRows BlobUses { get; } = new();

    public List<long> BlobUseRevs { get; } = [];

    public List<byte[]> BlobCids { get; } = [];

    public List<string> BlobMimeTypes { get; } = [];

    public List<long> BlobSizes { get; } = [];

    /// <summary>Records that had a value before: what blobs they named is dropped, but for those the new value names.</summary>
    public PathRows Overwritten { get; } = new();

    public List<long> OverwrittenRevs { get; } = [];

    /// <summary>The commit that the head of each of them becomes.</summary>
    public List<byte[]> OverwrittenHeads { get; } = [];

    public KeyedEvents Events { get; } = new();

    public int HeadCount => RepoIds.Count;

    public void Clear()
    {
        RepoIds.Clear();
        PreviousCids.Clear();
        Revs.Clear();
        Cids.Clear();
        DataCids.Clear();
        Commits.Clear();
        RemovedNodes.Clear();
        NewNodes.Clear();
        NewNodeRevs.Clear();
        NewNodeBytes.Clear();
        Records.Clear();
        RecordRevs.Clear();
        RecordLinks.Clear();
        RecordCids.Clear();
        RecordValues.Clear();
        RemovedRecords.Clear();
        BlobUses.Clear();
        BlobUseRevs.Clear();
        BlobCids.Clear();
        BlobMimeTypes.Clear();
        BlobSizes.Clear();
        Overwritten.Clear();
        OverwrittenRevs.Clear();
        OverwrittenHeads.Clear();
        Events.Clear();
    }

    /// <summary>Starts a head; the rows added next belong to it.</summary>
    public void AddHead(long repoId, Cid previous, SignedCommit commit)
    {
        RepoIds.Add(repoId);
        PreviousCids.Add(previous.ToBytes());
        Revs.Add(commit.Rev.Value);
        Cids.Add(commit.Cid.ToBytes());
        DataCids.Add(commit.Data.ToBytes());
        Commits.Add(commit.Bytes);
    }

    public void AddNode(Cid cid, Tid rev, byte[] bytes)
    {
        NewNodes.Add(HeadCount, RepoIds[^1], cid);
        NewNodeRevs.Add(rev.Value);
        NewNodeBytes.Add(bytes);
    }

    public void RemoveNode(Cid cid) => RemovedNodes.Add(HeadCount, RepoIds[^1], cid);

    public void AddRecord(string collection, string rkey, Tid rev, long? link, Cid cid, byte[] value)
    {
        Records.Add(HeadCount, RepoIds[^1], collection, rkey);
        RecordRevs.Add(rev.Value);
        RecordLinks.Add(link);
        RecordCids.Add(cid.ToBytes());
        RecordValues.Add(value);
    }

    public void RemoveRecord(string collection, string rkey) => RemovedRecords.Add(HeadCount, RepoIds[^1], collection, rkey);

    public void AddBlobUse(string collection, string rkey, Tid rev, BlobReference blob)
    {
        BlobUses.Add(HeadCount, RepoIds[^1], collection, rkey);
        BlobUseRevs.Add(rev.Value);
        BlobCids.Add(blob.Cid.ToBytes());
        BlobMimeTypes.Add(blob.MimeType);
        BlobSizes.Add(blob.Size);
    }

    public void Overwrite(string collection, string rkey, Tid rev)
    {
        Overwritten.Add(HeadCount, RepoIds[^1], collection, rkey);
        OverwrittenRevs.Add(rev.Value);
        OverwrittenHeads.Add(Cids[^1]);
    }

    /// <summary>The head that a row hangs on, its repository, and a CID.</summary>
    internal sealed class KeyedRows
    {
        public List<int> Heads { get; } = [];

        public List<long> RepoIds { get; } = [];

        public List<byte[]> Cids { get; } = [];

        public void Add(int head, long repoId, Cid cid)
        {
            Heads.Add(head);
            RepoIds.Add(repoId);
            Cids.Add(cid.ToBytes());
        }

        public void Clear()
        {
            Heads.Clear();
            RepoIds.Clear();
            Cids.Clear();
        }
    }

    /// <summary>The head that a row hangs on, its repository, and the path of a record.</summary>
    internal sealed class PathRows
    {
        public List<int> Heads { get; } = [];

        public List<long> RepoIds { get; } = [];

        public List<string> Collections { get; } = [];

        public List<string> Rkeys { get; } = [];

        public void Add(int head, long repoId, string collection, string rkey)
        {
            Heads.Add(head);
            RepoIds.Add(repoId);
            Collections.Add(collection);
            Rkeys.Add(rkey);
        }

        public void Clear()
        {
            Heads.Clear();
            RepoIds.Clear();
            Collections.Clear();
            Rkeys.Clear();
        }
    }

    /// <summary>Events in the order of their numbers. Those of one head need not be neighbours.</summary>
    internal sealed class KeyedEvents
    {
        public List<int> Heads { get; } = [];

        public List<long> RepoIds { get; } = [];

        public List<DateTimeOffset> Times { get; } = [];

        public List<short> Kinds { get; } = [];

        public List<int> SeqAts { get; } = [];

        public List<byte[]> Bodies { get; } = [];

        public void Add(int head, long repoId, NewEvent item)
        {
            Heads.Add(head);
            RepoIds.Add(repoId);
            Times.Add(item.Time);
            Kinds.Add((short)item.Kind);
            SeqAts.Add(item.Frame.SeqOffset);
            Bodies.Add(item.Frame.Bytes);
        }

        public void Clear()
        {
            Heads.Clear();
            RepoIds.Clear();
            Times.Clear();
            Kinds.Clear();
            SeqAts.Clear();
            Bodies.Clear();
        }
    }
}
