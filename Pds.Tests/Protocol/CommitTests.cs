using AtProto;
using AtProto.Cbor;
using AtProto.Crypto;
using AtProto.Repo;
using CsCheck;

namespace Pds.Tests.Protocol;

public sealed class CommitTests
{
    private static readonly PrivateKey Key = PrivateKey.Generate(KeyCurve.P256);

    private static readonly SignedCommit Signed =
        new Commit(Did.Parse("did:web:example.com"), MerkleTree.Empty.Root, Tid.Parse("3mabcdefghi2a")).Sign(Key);

    [Fact]
    public void A_commit_is_signed_decoded_and_verified()
    {
        Assert.True(SignedCommit.TryDecode(Signed.Bytes, out var commit));

        Assert.Equal((Signed.Did, Signed.Data, Signed.Rev, Signed.Cid), (commit.Did, commit.Data, commit.Rev, commit.Cid));
        Assert.Equal(Signed.Signature, commit.Signature);
        Assert.True(commit.Verify(Key.PublicKey));
        Assert.True(Key.PublicKey.Verify(new Commit(commit.Did, commit.Data, commit.Rev).Encode(), commit.Signature));
        CborValidator.Validate(commit.Bytes);
    }

    [Fact]
    public void A_changed_commit_is_refused_or_does_not_verify() => Gen.Select(Gen.Int[0, 1000], Gen.Byte).Sample((at, value) =>
    {
        var bytes = Signed.Bytes.ToArray();
        bytes[at % bytes.Length] ^= value;

        Assert.Equal(value == 0, SignedCommit.TryDecode(bytes, out var commit) && commit.Verify(Key.PublicKey));
    });

    [Fact]
    public void A_commit_that_is_cut_off_or_too_long_is_refused()
    {
        for (var length = 0; length < Signed.Bytes.Length; length++)
        {
            Assert.False(SignedCommit.TryDecode(Signed.Bytes[..length], out _));
        }

        Assert.False(SignedCommit.TryDecode([.. Signed.Bytes, 0], out _));
        Assert.False(SignedCommit.TryDecode(new byte[SignedCommit.MaxBytes + 1], out _));
    }

    [Theory]
    [InlineData(2, true)]
    [InlineData(3, false)]
    public void A_commit_of_version_2_or_without_prev_is_refused(int version, bool hasPrev)
    {
        using var writer = new CborWriter();
        writer.WriteMapHeader(hasPrev ? 6 : 5);
        writer.WriteText("did");
        writer.WriteText("did:web:example.com");
        writer.WriteText("rev");
        writer.WriteText("3mabcdefghi2a");
        writer.WriteText("sig");
        writer.WriteBytes(new byte[64]);
        writer.WriteText("data");
        writer.WriteCid(MerkleTree.Empty.Root);
        if (hasPrev)
        {
            writer.WriteText("prev");
            writer.WriteNull();
        }

        writer.WriteText("version");
        writer.WriteInt64(version);

        Assert.False(SignedCommit.TryDecode(writer.ToArray(), out _));
    }
}
