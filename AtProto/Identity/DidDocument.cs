using System.Buffers;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using AtProto.Crypto;
using AtProto.Plc;

namespace AtProto.Identity;

/// <summary>
/// What a server needs of a DID document. Read leniently: what is not understood is passed over, for documents are
/// other people's. Source: atproto specification, "DID", section "DID documents".
/// </summary>
/// <param name="Id">The DID that the document is about.</param>
/// <param name="AlsoKnownAs">Other names; the first that begins with <c>at://</c> claims the handle.</param>
/// <param name="VerificationMethods">The keys.</param>
/// <param name="Services">The services.</param>
public sealed record DidDocument(
    Did Id,
    ImmutableArray<string> AlsoKnownAs,
    ImmutableArray<DidVerificationMethod> VerificationMethods,
    ImmutableArray<DidService> Services)
{
    /// <summary>The longest document that is parsed, in bytes.</summary>
    public const int MaxLength = 512 * 1024;

    private const string HandlePrefix = "at://";

    /// <summary>The handle that the document claims; null when there is none, or it is not a handle. Valid only if it resolves back.</summary>
    public Handle? Handle =>
        AlsoKnownAs.FirstOrDefault(name => name.StartsWith(HandlePrefix, StringComparison.Ordinal)) is { } claim
        && AtProto.Handle.TryParse(claim[HandlePrefix.Length..], out var handle)
            ? handle
            : null;

    /// <summary>The key that signs the repository; null when there is none that can be used.</summary>
    public PublicKey? SigningKey => GetKey(PlcData.SigningKeyName);

    /// <summary>The http or https URL of the server that holds the repository, as it stands; null when there is none.</summary>
    public string? PdsEndpoint =>
        GetService(PlcData.PersonalDataServerName, PlcService.PersonalDataServer) is { Url: not null } service ? service.Endpoint : null;

    /// <summary>Parses a document.</summary>
    /// <param name="utf8Json">The document, at most <see cref="MaxLength"/> bytes.</param>
    /// <exception cref="FormatException">It is too long, not JSON, not an object, or without a DID.</exception>
    public static DidDocument Parse(ReadOnlySpan<byte> utf8Json) =>
        TryParse(utf8Json, out var document) ? document : throw new FormatException("Not a DID document.");

    /// <summary>Parses a document; false when it is too long, not JSON, not an object, or without a DID.</summary>
    /// <param name="utf8Json">The document, at most <see cref="MaxLength"/> bytes.</param>
    /// <param name="document">The document.</param>
    public static bool TryParse(ReadOnlySpan<byte> utf8Json, [NotNullWhen(true)] out DidDocument? document) =>
        DidDocumentJson.TryRead(utf8Json, out document);

    /// <summary>The document that the PLC directory makes of data.</summary>
    /// <param name="did">The DID.</param>
    /// <param name="data">What its log says.</param>
    public static DidDocument FromPlc(Did did, PlcData data) => new(
        did,
        data.AlsoKnownAs,
        [.. data.VerificationMethods.Select(method => new DidVerificationMethod(
            $"{did}#{method.Key}",
            DidVerificationMethod.Multikey,
            did.Value,
            method.Value.StartsWith("did:key:", StringComparison.Ordinal) ? method.Value[8..] : method.Value))],
        [.. data.Services.Select(service => new DidService("#" + service.Key, service.Value.Type, service.Value.Endpoint))]);

    /// <summary>The first service with an id; null when there is none, or it is of another type.</summary>
    /// <param name="name">The fragment without <c>#</c>, such as <c>atproto_pds</c>.</param>
    /// <param name="type">The type that it must have; null for any.</param>
    public DidService? GetService(string name, string? type = null)
    {
        var service = Services.FirstOrDefault(service => IsId(service.Id, name));
        return service is not null && (type is null || service.Type == type) ? service : null;
    }

    /// <summary>The first key with an id; null when there is none, another holds it, or it cannot be used.</summary>
    /// <param name="name">The fragment without <c>#</c>, such as <c>atproto</c>.</param>
    public PublicKey? GetKey(string name)
    {
        // A key that another DID controls is not this one's, whatever it is called.
        var method = VerificationMethods.FirstOrDefault(method => IsId(method.Id, name) && method.Controller == Id.Value);
        return method?.ToPublicKey();
    }

    /// <summary>The document as the PLC directory prints it, in UTF-8. Members that were not understood when it was parsed are gone.</summary>
    public byte[] ToJson()
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var writer = new Utf8JsonWriter(buffer, PlcOperation.JsonOptions))
        {
            DidDocumentJson.Write(this, writer);
        }

        return buffer.WrittenSpan.ToArray();
    }

    private bool IsId(string id, string name)
    {
        var fragment = id.StartsWith(Id.Value, StringComparison.Ordinal) ? id.AsSpan(Id.Value.Length) : id;
        return fragment.Length == name.Length + 1 && fragment[0] == '#' && fragment[1..].SequenceEqual(name);
    }
}
