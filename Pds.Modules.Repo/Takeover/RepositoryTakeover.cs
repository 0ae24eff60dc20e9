using AtProto;
using AtProto.Crypto;
using AtProto.Repo;
using Pds.Contracts.Repo;
using Pds.Modules.Repo.Imports;
using Pds.Modules.Repo.Keys;
using Pds.Modules.Repo.Storage;

namespace Pds.Modules.Repo.Takeover;

/// <summary>
/// Takes over the repositories of a reference server as they stand: key, head, tree and records stay what they were, so that
/// nobody who follows them has to be told. For the command line; no message reaches it.
/// </summary>
public sealed class RepositoryTakeover
{
    private readonly TakeoverStore _store;
    private readonly BlobTakeover _blobs;
    private readonly KeySealer _sealer;
    private readonly BlobOptions _blobOptions;

    internal RepositoryTakeover(TakeoverStore store, BlobTakeover blobs, KeySealer sealer, BlobOptions blobOptions) =>
        (_store, _blobs, _sealer, _blobOptions) = (store, blobs, sealer, blobOptions);

    /// <summary>
    /// Checks a repository in full and adds it. One that is here already is left as it is; what was found is told all the same.
    /// </summary>
    /// <exception cref="InvalidDataException">A block, the tree or the signature is not right. Nothing is added then.</exception>
    public async Task<RepositoryTakenOver> AddAsync(TakenOverRepository repository, CancellationToken cancellationToken)
    {
        using var key = PrivateKey.FromBytes(KeyCurve.K256, repository.SigningKey);
        using var blocks = new ImportedBlocks(_blobOptions.TemporaryDirectory);
        var revs = Receive(repository, blocks);
        var head = RequireHead(repository, blocks, key);

        var batch = new TakeoverBatch();
        var nodes = Walk(head, blocks, batch);
        var (kept, missing) = await _blobs.KeepAsync(repository, cancellationToken);

        var didKey = key.PublicKey.ToDidKey();
        var contents = new TakeoverContents(
            batch, nodes, cid => revs.TryGetValue(cid, out var rev) && rev <= head.Rev ? rev : head.Rev,
            cid => cid == EmptyTree.Cid ? EmptyTree.Bytes : blocks.Find(cid)!, kept);
        await _store.AddAsync(repository, head, didKey, _sealer.Seal(key), contents, cancellationToken);
        return new RepositoryTakenOver(
            didKey, batch.Rows.Count, nodes.Count, kept.Count, kept.Sum(blob => blob.Stored.Size), missing);
    }

    /// <summary>Lets the stream go on after a number, with the events before it that are still to be had.</summary>
    /// <returns>How many events were added.</returns>
    public async Task<int> ContinueStreamAsync(
        long lastSeq, IEnumerable<TakenOverEvent> events, CancellationToken cancellationToken)
    {
        await _store.RaiseFloorAsync(lastSeq, cancellationToken);
        var added = 0;
        foreach (var chunk in events.Chunk(500))
        {
            added += await _store.AddEventsAsync(
                [.. chunk.Select(item => (item, TakenOverFrame.From(item))).Where(pair => pair.Item2 is not null)], cancellationToken);
        }

        return added;
    }

    /// <summary>Keeps a key that is reserved for an account to be.</summary>
    /// <returns>Its did:key.</returns>
    public async Task<string> AddReservedKeyAsync(byte[] signingKey, CancellationToken cancellationToken)
    {
        using var key = PrivateKey.FromBytes(KeyCurve.K256, signingKey);
        var didKey = key.PublicKey.ToDidKey();
        await _store.AddKeyAsync(didKey, _sealer.Seal(key), cancellationToken);
        return didKey;
    }

    private static Dictionary<Cid, Tid> Receive(TakenOverRepository repository, ImportedBlocks blocks)
    {
        var revs = new Dictionary<Cid, Tid>();
        foreach (var (cid, rev, bytes) in repository.Blocks)
        {
            if (Cid.Compute(cid.Codec, bytes) != cid)
            {
                throw new InvalidDataException($"The bytes of block {cid} are not its own.");
            }

            blocks.Add(new Block(cid, bytes));
            revs[cid] = rev;
        }

        blocks.Flush();
        return revs;
    }

    private static SignedCommit RequireHead(TakenOverRepository repository, ImportedBlocks blocks, PrivateKey key)
    {
        if (blocks.Find(repository.Head) is not { } bytes || !SignedCommit.TryDecode(bytes, out var head) || head.Did != repository.Did)
        {
            throw new InvalidDataException($"The head {repository.Head} is not a commit of this account.");
        }

        return head.Verify(key.PublicKey) ? head : throw new InvalidDataException("The head is not signed with the account's key.");
    }

    /// <summary>Goes through the whole tree, which checks every node and record; gives the nodes.</summary>
    private static List<Cid> Walk(SignedCommit head, ImportedBlocks blocks, TakeoverBatch records)
    {
        var diff = new TreeDiff(EmptyTree.Cid, head.Data, cid => cid == EmptyTree.Cid ? EmptyTree.Bytes : blocks.Find(cid));
        var reader = new RecordReader(blocks, long.MaxValue);
        try
        {
            var batch = new ImportBatch();
            while (diff.Read())
            {
                reader.AddTo(batch, diff);
                if (batch.IsFull)
                {
                    records.Take(batch);
                }
            }

            records.Take(batch);
        }
        catch (Exception failure) when (failure is TreeException or Xrpc.XrpcException)
        {
            throw new InvalidDataException(failure.Message, failure);
        }

        return head.Data == EmptyTree.Cid ? [EmptyTree.Cid] : [.. diff.NewNodes];
    }
}
