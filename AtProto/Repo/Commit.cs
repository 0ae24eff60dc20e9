using AtProto.Cbor;
using AtProto.Crypto;

namespace AtProto.Repo;

/// <summary>
/// A state of a repository, not yet signed. Source: atproto specification, "Repository", "Commit Objects"; version 3.
/// </summary>
/// <param name="Did">Whose repository.</param>
/// <param name="Data">The root of the tree.</param>
/// <param name="Rev">The revision, greater than that of every commit before.</param>
public sealed record Commit(Did Did, Cid Data, Tid Rev)
{
    internal const int Version = 3;

    /// <summary>The bytes that are signed: canonical DAG-CBOR without the signature.</summary>
    public byte[] Encode()
    {
        using var writer = new CborWriter(256);
        writer.WriteMapHeader(5);
        WriteHead(writer);
        WriteTail(writer);
        return writer.ToArray();
    }

    /// <summary>Signs.</summary>
    /// <param name="key">The account's signing key.</param>
    public SignedCommit Sign(PrivateKey key)
    {
        using var writer = new CborWriter(256);
        writer.WriteMapHeader(5);
        WriteHead(writer);
        WriteTail(writer);
        var signature = new byte[PublicKey.SignatureLength];
        key.Sign(writer.WrittenSpan, signature);

        writer.Reset();
        writer.WriteMapHeader(6);
        WriteHead(writer);
        var start = writer.Length;
        writer.WriteText("sig"u8);
        writer.WriteBytes(signature);
        var end = writer.Length;
        WriteTail(writer);
        return new SignedCommit(this, signature, writer.ToArray(), start, end);
    }

    // The signature lies between the two: keys are ordered by length, then by letter.
    private void WriteHead(CborWriter writer)
    {
        writer.WriteText("did"u8);
        writer.WriteText(Did.Value);
        writer.WriteText("rev"u8);
        writer.WriteText(Rev.ToString());
    }

    private void WriteTail(CborWriter writer)
    {
        writer.WriteText("data"u8);
        writer.WriteCid(Data);
        writer.WriteText("prev"u8);
        writer.WriteNull();
        writer.WriteText("version"u8);
        writer.WriteInt64(Version);
    }
}
