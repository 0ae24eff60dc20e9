using System.Text;
using AtProto;
using AtProto.Crypto;
using AtProto.Repo;

namespace Pds.Tests.Protocol;

public sealed class RecordProofTests : IDisposable
{
    private static readonly Did Author = Did.Parse("did:plc:z72i7hdynmk6r22z27h6tvur");
    private static readonly Nsid Collection = Nsid.Parse("com.example.thing");
    private static readonly byte[] Record = [0xa1, 0x61, 0x61, 0x01];

    private readonly PrivateKey _key = PrivateKey.Generate(KeyCurve.K256);
    private readonly Block _record = new(Cid.Compute(CidCodec.DagCbor, Record), Record);
    private readonly MerkleTree _tree;

    public RecordProofTests() => _tree = Trees.Build(
        Enumerable.Range(0, 500).Select(i => ($"com.example.thing/key{i}", _record.Cid)));

    public void Dispose() => _key.Dispose();

    [Fact]
    public void A_record_that_is_proven_is_read()
    {
        Assert.True(RecordProof.TryRead(Prove("key250"), Author, _key.PublicKey, Collection, RecordKey.Parse("key250"), out var record));
        Assert.Equal(Record, record);
    }

    [Fact]
    public void What_another_signed_or_owns_is_no_proof()
    {
        using var other = PrivateKey.Generate(KeyCurve.K256);
        var someoneElse = Did.Parse("did:web:else.example.com");

        Assert.False(RecordProof.TryRead(Prove("key250"), Author, other.PublicKey, Collection, RecordKey.Parse("key250"), out _));
        Assert.False(RecordProof.TryRead(Prove("key250"), someoneElse, _key.PublicKey, Collection, RecordKey.Parse("key250"), out _));
    }

    [Fact]
    public void The_proof_that_there_is_none_gives_none()
    {
        Assert.False(RecordProof.TryRead(Prove("absent"), Author, _key.PublicKey, Collection, RecordKey.Parse("absent"), out _));
        Assert.False(RecordProof.TryRead(Prove("key250"), Author, _key.PublicKey, Collection, RecordKey.Parse("key251x"), out _));
    }

    [Fact]
    public void A_proof_without_one_of_its_blocks_or_with_a_changed_byte_is_refused()
    {
        var blocks = Blocks("key250");
        for (var left = 0; left < blocks.Count; left++)
        {
            var fewer = blocks.Where((_, index) => index != left).ToArray();
            Assert.False(Read(CarWriter.Encode(blocks[0].Cid, fewer)), $"without block {left}");
        }

        var car = Prove("key250");
        for (var at = 0; at < car.Length; at++)
        {
            var changed = car.ToArray();
            changed[at] ^= 1;
            Assert.False(Read(changed), $"byte {at}");
        }
    }

    private bool Read(byte[] car) =>
        RecordProof.TryRead(car, Author, _key.PublicKey, Collection, RecordKey.Parse("key250"), out _);

    private byte[] Prove(string rkey) => CarWriter.Encode(Blocks(rkey)[0].Cid, [.. Blocks(rkey)]);

    private List<Block> Blocks(string rkey)
    {
        var commit = new Commit(Author, _tree.Root, Tid.Parse("3jzfcijpj2z2a")).Sign(_key);
        Assert.True(CommitProof.TryCollect(_tree, Encoding.ASCII.GetBytes($"com.example.thing/{rkey}"), out var nodes, out _));
        return [commit.Block, .. nodes, _record];
    }
}
