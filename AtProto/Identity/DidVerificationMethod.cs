using AtProto.Crypto;

namespace AtProto.Identity;

/// <summary>A key of a DID document.</summary>
/// <param name="Id">As it stands: relative (<c>#atproto</c>) or absolute (<c>did:…#atproto</c>).</param>
/// <param name="Type">The kind of key; <see cref="ToPublicKey"/> knows <c>Multikey</c> and two legacy types.</param>
/// <param name="Controller">Who holds the private half.</param>
/// <param name="PublicKeyMultibase">The key; null when the document has it in another form.</param>
public sealed record DidVerificationMethod(string Id, string Type, string Controller, string? PublicKeyMultibase)
{
    /// <summary>The current type: a multibase that names its curve.</summary>
    public const string Multikey = "Multikey";

    /// <summary>The key; null when it is of another type, on another curve, or not a key at all.</summary>
    public PublicKey? ToPublicKey() => Type switch
    {
        Multikey => PublicKey.TryParseMultibase(PublicKeyMultibase, out var key) ? key : null,
        "EcdsaSecp256r1VerificationKey2019" => ReadBarePoint(KeyCurve.P256),
        "EcdsaSecp256k1VerificationKey2019" => ReadBarePoint(KeyCurve.K256),
        _ => null,
    };

    // The legacy types name the curve themselves; the multibase is the point alone.
    private PublicKey? ReadBarePoint(KeyCurve curve) =>
        Multibase.TryDecode(PublicKeyMultibase, out var point) && PublicKey.TryFromPoint(curve, point, out var key) ? key : null;
}
