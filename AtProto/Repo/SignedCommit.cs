using System.Diagnostics.CodeAnalysis;
using AtProto.Cbor;
using AtProto.Crypto;

namespace AtProto.Repo;

/// <summary>
/// A signed state of a repository: what its head is. Source: atproto specification, "Repository", "Commit Objects".
/// </summary>
public sealed class SignedCommit
{
    /// <summary>The greatest size of a commit block, in bytes: a DID of 2 kB and what is fixed fit with room.</summary>
    public const int MaxBytes = 4096;

    private readonly Commit _commit;
    private readonly int _signatureStart;
    private readonly int _signatureEnd;

    internal SignedCommit(Commit commit, byte[] signature, byte[] bytes, int signatureStart, int signatureEnd)
    {
        (_commit, _signatureStart, _signatureEnd) = (commit, signatureStart, signatureEnd);
        Signature = signature;
        Bytes = bytes;
        Cid = Cid.Compute(CidCodec.DagCbor, bytes);
    }

    /// <summary>Whose repository.</summary>
    public Did Did => _commit.Did;

    /// <summary>The root of the tree.</summary>
    public Cid Data => _commit.Data;

    /// <summary>The revision.</summary>
    public Tid Rev => _commit.Rev;

    /// <summary>The CID of the block.</summary>
    public Cid Cid { get; }

    /// <summary>The block, not to be changed.</summary>
    public byte[] Bytes { get; }

    /// <summary>The signature, 64 bytes, not to be changed.</summary>
    public byte[] Signature { get; }

    /// <summary>The block with its name.</summary>
    public Block Block => new(Cid, Bytes);

    /// <summary>
    /// Decodes a commit; false when it is anything but a canonical commit of version 3 whose <c>prev</c> is null or a link
    /// and which has no further fields. The signature is not verified.
    /// </summary>
    /// <param name="bytes">The block. It is kept.</param>
    /// <param name="commit">The commit.</param>
    public static bool TryDecode(byte[] bytes, [NotNullWhen(true)] out SignedCommit? commit)
    {
        commit = null;
        if (bytes.Length > MaxBytes)
        {
            return false;
        }

        try
        {
            commit = Decode(bytes);
        }
        catch (CborException)
        {
        }

        return commit is not null;
    }

    /// <summary>Whether the signature is that of a key over this commit.</summary>
    /// <param name="key">The account's key, from its DID document.</param>
    public bool Verify(PublicKey key)
    {
        // What was signed is the block without its third field, in a map of five.
        Span<byte> signed = stackalloc byte[MaxBytes];
        Bytes.AsSpan(0, _signatureStart).CopyTo(signed);
        Bytes.AsSpan(_signatureEnd).CopyTo(signed[_signatureStart..]);
        signed[0] = 0xa5;
        return key.Verify(signed[..(Bytes.Length - _signatureEnd + _signatureStart)], Signature);
    }

    private static SignedCommit? Decode(byte[] bytes)
    {
        var reader = new CborReader(bytes);
        if (reader.ReadMapHeader() != 6
            || !IsNext(ref reader, "did"u8) || !Did.TryParse(reader.ReadText(), out var did)
            || !IsNext(ref reader, "rev"u8) || !Tid.TryParse(reader.ReadText(), out var rev))
        {
            return null;
        }

        var start = reader.Position;
        if (!IsNext(ref reader, "sig"u8) || reader.ReadBytes() is not { Length: PublicKey.SignatureLength } signature)
        {
            return null;
        }

        var end = reader.Position;
        if (!IsNext(ref reader, "data"u8) || reader.ReadCid() is not { Codec: CidCodec.DagCbor } data
            || !IsNext(ref reader, "prev"u8))
        {
            return null;
        }

        if (!reader.TryReadNull())
        {
            reader.ReadCid();
        }

        return IsNext(ref reader, "version"u8) && reader.ReadInt64() == Commit.Version && reader.IsAtEnd
            ? new SignedCommit(new Commit(did, data, rev), signature.ToArray(), bytes, start, end)
            : null;
    }

    private static bool IsNext(ref CborReader reader, ReadOnlySpan<byte> key) => reader.ReadTextSpan().SequenceEqual(key);
}
