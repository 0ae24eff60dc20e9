using System.Text;
using AtProto;
using AtProto.Cbor;
using AtProto.Data;
using AtProto.Repo;
using Pds.Modules.Repo.Commits;
using Pds.Modules.Repo.Storage;

namespace Pds.Modules.Repo.Verification;

/// <summary>
/// Compares every record, node and note of a repository with what follows from the records. In memory are the names of the tree's
/// nodes, some 30 bytes a record at most; where head and records differ, up to <see cref="MostNodesAtHand"/> nodes.
/// </summary>
internal sealed class TreeCheck(VerificationStore store, VerifiedHead head, RepositoryReport report, Mending mending)
{
    private const int MostNodesAtHand = 100_000;

    private readonly HashSet<Cid> _expected = [];

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var root = await BuildAsync(node => _expected.Add(node.Cid), CheckRecord, cancellationToken);
        if (report.Records == 0)
        {
            _expected.Add(EmptyTree.Cid);
        }

        foreach (var use in await store.ListStrayUsesAsync(head.RepoId, cancellationToken))
        {
            report.Findings.Problem($"blob {use.Cid} is noted for {use.Collection}/{use.Rkey}, which is not there");
            mending.StrayUses.Add(use);
        }

        if (root != head.Data)
        {
            report.Findings.Problem(
                $"the tree of the records is {root}, the head has {head.Data}; pds rebuild-repository makes a tree of the records");
            await CompareAsync(cancellationToken);
            return;
        }

        await CheckNodesAsync(cancellationToken);
    }

    /// <summary>The bytes of the nodes with these names.</summary>
    public async Task<List<Block>> MakeNodesAsync(HashSet<Cid> names, CancellationToken cancellationToken)
    {
        var made = new List<Block>();
        await BuildAsync(
            node =>
            {
                if (names.Contains(node.Cid))
                {
                    made.Add(node);
                }
            },
            static _ => { },
            cancellationToken);
        return made;
    }

    private async Task<Cid> BuildAsync(Action<Block> sink, Action<VerifiedRecord> check, CancellationToken cancellationToken)
    {
        var tree = new TreeBuilder(sink);
        var any = false;
        foreach (var collection in await store.ListCollectionsAsync(head.RepoId, cancellationToken))
        {
            await foreach (var record in store.ReadRecordsAsync(head.RepoId, collection, cancellationToken))
            {
                check(record);
                any |= TryAdd(tree, record);
            }
        }

        return any ? tree.Build().Root : EmptyTree.Cid;
    }

    private bool TryAdd(TreeBuilder tree, VerifiedRecord record)
    {
        try
        {
            tree.Add(record.Path, record.Cid);
            return true;
        }
        catch (ArgumentException)
        {
            report.Findings.Problem($"{record.Path} is no place in a tree, or {record.Cid} no record");
            return false;
        }
    }

    private void CheckRecord(VerifiedRecord record)
    {
        report.Records++;
        if (Cid.Compute(CidCodec.DagCbor, record.Value) != record.Cid)
        {
            report.Findings.Problem($"the bytes of {record.Path} are not those of {record.Cid}");
            return;
        }

        if (record.Rev > head.Rev)
        {
            report.Findings.Problem($"{record.Path} is of revision {record.Rev}, after the head's {head.Rev}");
        }

        try
        {
            CheckLink(record);
            CheckUses(record);
        }
        catch (CborException failure)
        {
            report.Findings.Problem($"{record.Path} is no record: {failure.Message}");
        }
    }

    private void CheckLink(VerifiedRecord record)
    {
        var link = Nsid.TryParse(record.Collection, out var collection) ? RecordLink.Hash(collection, record.Value) : null;
        if (link != record.Link)
        {
            report.Findings.Problem($"what {record.Path} points at is noted wrongly");
            mending.Links.Add((record.Collection, record.Rkey, link));
        }
    }

    private void CheckUses(VerifiedRecord record)
    {
        var named = BlobReferences.Find(record.Value);
        if (named.Count == 0 && record.Blobs.Length == 0)
        {
            return;
        }

        var missing = named.Select(blob => blob.Cid).ToHashSet();
        foreach (var bytes in record.Blobs)
        {
            if (!Cid.TryRead(bytes, out var cid) || !missing.Remove(cid))
            {
                report.Findings.Problem($"blob {cid} is noted for {record.Path}, which does not name it");
                mending.StrayUses.Add(new BlobUse(cid, record.Collection, record.Rkey, record.Rev));
            }
        }

        foreach (var cid in missing)
        {
            report.Findings.Problem($"{record.Path} names blob {cid}, which is not noted");
            mending.MissingUses.Add(new BlobUse(cid, record.Collection, record.Rkey, record.Rev));
        }
    }

    private async Task CheckNodesAsync(CancellationToken cancellationToken)
    {
        await foreach (var (cid, rev, bytes) in store.ReadNodesAsync(head.RepoId, cancellationToken))
        {
            report.Nodes++;
            if (Cid.Compute(CidCodec.DagCbor, bytes) != cid)
            {
                report.Findings.Problem($"the bytes of node {cid} are others");
                mending.StrayNodes.Add(cid);
            }
            else if (!_expected.Remove(cid))
            {
                report.Findings.Problem($"node {cid} belongs to no tree");
                mending.StrayNodes.Add(cid);
            }
            else if (rev > head.Rev)
            {
                report.Findings.Problem($"node {cid} is of revision {rev}, after the head's {head.Rev}");
            }
        }

        foreach (var cid in _expected)
        {
            report.Findings.Problem($"node {cid} is missing");
            mending.MissingNodes.Add(cid);
        }
    }

    // Says which records differ, as far as the head's tree can be read.
    private async Task CompareAsync(CancellationToken cancellationToken)
    {
        var blocks = new Dictionary<Cid, byte[]>();
        await foreach (var (cid, _, bytes) in store.ReadNodesAsync(head.RepoId, cancellationToken))
        {
            report.Nodes++;
            if (blocks.Count < MostNodesAtHand && Cid.Compute(CidCodec.DagCbor, bytes) == cid)
            {
                blocks[cid] = bytes;
            }
        }

        if (blocks.Count == MostNodesAtHand)
        {
            report.Findings.Notice("it is too large to say which records differ");
            return;
        }

        try
        {
            await CompareAsync(MerkleTree.FromBlocks(head.Data, blocks).GetCursor(), cancellationToken);
        }
        catch (TreeException failure)
        {
            report.Findings.Problem($"the head's tree cannot be read: {failure.Message}");
        }
    }

    private async Task CompareAsync(TreeCursor cursor, CancellationToken cancellationToken)
    {
        var entry = Next(cursor);
        foreach (var collection in await store.ListCollectionsAsync(head.RepoId, cancellationToken))
        {
            await foreach (var record in store.ReadRecordsAsync(head.RepoId, collection, cancellationToken))
            {
                while (entry is var (path, _) && string.CompareOrdinal(path, record.Path) < 0)
                {
                    report.Findings.Problem($"{path} is in the tree and has no row");
                    entry = Next(cursor);
                }

                if (entry is var (same, cid) && same == record.Path)
                {
                    if (cid != record.Cid)
                    {
                        report.Findings.Problem($"{record.Path} is {record.Cid}, in the tree {cid}");
                    }

                    entry = Next(cursor);
                }
                else
                {
                    report.Findings.Problem($"{record.Path} is not in the tree");
                }
            }
        }

        for (; entry is var (path, _); entry = Next(cursor))
        {
            report.Findings.Problem($"{path} is in the tree and has no row");
        }
    }

    private (string Path, Cid Cid)? Next(TreeCursor cursor)
    {
        while (true)
        {
            switch (cursor.Read())
            {
                case TreeStep.Entry:
                    return (Encoding.ASCII.GetString(cursor.Key), cursor.Value);
                case TreeStep.Missing:
                    report.Findings.Problem($"node {cursor.Missing.Cid} is missing");
                    cursor.SkipMissing();
                    break;
                default:
                    return null;
            }
        }
    }
}
