using System.Buffers;
using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Json;
using AtProto.Crypto;

namespace AtProto.Plc;

/// <summary>
/// One link of a did:plc's log. Immutable. Made by <see cref="Genesis"/>, <see cref="Update"/> and <see cref="Tombstone"/>,
/// then signed by <see cref="Sign"/>; or parsed. Source: did:plc specification, "Operation".
/// </summary>
public sealed class PlcOperation
{
    internal static readonly JsonWriterOptions JsonOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly byte[]? _signedBytes;

    internal PlcOperation(PlcOperationKind kind, PlcData? data, LegacyCreate? legacy, Cid? prev, string? signature)
    {
        Kind = kind;
        Data = data;
        Legacy = legacy;
        Prev = prev;
        Signature = signature;
        if (signature is not null)
        {
            _signedBytes = PlcCbor.Encode(this, withSignature: true);
            Cid = Cid.Compute(CidCodec.DagCbor, _signedBytes);
        }
    }

    /// <summary>The kind of operation.</summary>
    public PlcOperationKind Kind { get; }

    /// <summary>What the DID says from here on, that of a <c>create</c> in today's words; null for a tombstone.</summary>
    public PlcData? Data { get; }

    /// <summary>The operation before this one; null for a genesis.</summary>
    public Cid? Prev { get; }

    /// <summary>The signature as it stands in the operation, base64url; null while unsigned. Not yet verified.</summary>
    public string? Signature { get; }

    /// <summary>The name of the signed operation.</summary>
    /// <exception cref="InvalidOperationException">The operation is unsigned.</exception>
    public Cid Cid => _signedBytes is not null ? field : throw new InvalidOperationException("An unsigned operation has no CID.");

    /// <summary>The DID that the signed operation founds, if it is a genesis.</summary>
    /// <exception cref="InvalidOperationException">The operation is unsigned.</exception>
    public Did Did => Did.Parse("did:plc:" + Base32.Encode(SHA256.HashData(EncodeSigned()))[..24]);

    internal LegacyCreate? Legacy { get; }

    /// <summary>A first operation, to be signed.</summary>
    /// <param name="data">What the DID says.</param>
    public static PlcOperation Genesis(PlcData data) => new(PlcOperationKind.Operation, data, null, null, null);

    /// <summary>A further operation, to be signed.</summary>
    /// <param name="data">What the DID says from now on; what is left out is gone.</param>
    /// <param name="prev">The operation to follow, or, for a recovery, to follow in place of others.</param>
    public static PlcOperation Update(PlcData data, Cid prev) => new(PlcOperationKind.Operation, data, null, prev, null);

    /// <summary>A last operation, to be signed.</summary>
    /// <param name="prev">The operation to follow.</param>
    public static PlcOperation Tombstone(Cid prev) => new(PlcOperationKind.Tombstone, null, null, prev, null);

    /// <summary>Parses an operation; false when it has not exactly the members of one kind. Limits and signature are not judged.</summary>
    /// <param name="json">The operation.</param>
    /// <param name="operation">The operation, signed or not.</param>
    public static bool TryParse(JsonElement json, [NotNullWhen(true)] out PlcOperation? operation) =>
        PlcJson.TryRead(json, out operation);

    /// <summary>Parses an operation; false when it is not JSON or has not exactly the members of one kind.</summary>
    /// <param name="utf8Json">The operation, of any length; the caller bounds it.</param>
    /// <param name="operation">The operation, signed or not.</param>
    public static bool TryParse(ReadOnlySpan<byte> utf8Json, [NotNullWhen(true)] out PlcOperation? operation) =>
        PlcJson.TryRead(utf8Json, out operation);

    /// <summary>The same operation signed, in place of any signature it had.</summary>
    /// <param name="key">A rotation key of the operation before, or of this one if it is a genesis.</param>
    /// <exception cref="InvalidOperationException">The operation is a <c>create</c>, which is no longer made.</exception>
    public PlcOperation Sign(PrivateKey key) => Kind == PlcOperationKind.LegacyCreate
        ? throw new InvalidOperationException("Operations of type create are no longer made.")
        : new PlcOperation(Kind, Data, null, Prev, Base64Url.EncodeToString(key.Sign(EncodeUnsigned())));

    /// <summary>
    /// The position of the first key that verifies the signature; -1 when none does, or the signature is not exact: 64 bytes
    /// with low <c>s</c>, as base64url without padding, white space or stray bits.
    /// </summary>
    /// <param name="rotationKeys">did:keys; those that are none verify nothing.</param>
    public int FindSigner(ReadOnlySpan<string> rotationKeys)
    {
        if (Signature is null || !ExactBase64Url.IsValid(Signature))
        {
            return -1;
        }

        var signature = Base64Url.DecodeFromChars(Signature);
        var message = EncodeUnsigned();
        for (var i = 0; i < rotationKeys.Length; i++)
        {
            if (PublicKey.TryParseDidKey(rotationKeys[i], out var key) && key.Verify(message, signature))
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>The canonical DAG-CBOR that is signed.</summary>
    public byte[] EncodeUnsigned() => PlcCbor.Encode(this, withSignature: false);

    /// <summary>The canonical DAG-CBOR that is named and chained.</summary>
    /// <exception cref="InvalidOperationException">The operation is unsigned.</exception>
    public byte[] EncodeSigned() =>
        _signedBytes is not null ? [.. _signedBytes] : throw new InvalidOperationException("The operation is unsigned.");

    /// <summary>Writes the operation as the directory takes it.</summary>
    /// <param name="writer">Receives one object.</param>
    public void WriteTo(Utf8JsonWriter writer) => PlcJson.Write(this, writer);

    /// <summary>The operation as the directory takes it, in UTF-8.</summary>
    public byte[] ToJson()
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var writer = new Utf8JsonWriter(buffer, JsonOptions))
        {
            WriteTo(writer);
        }

        return buffer.WrittenSpan.ToArray();
    }
}
