namespace AtProto.Crypto;

/// <summary>
/// The elliptic curves that sign in the protocol. Both must be verified by everyone; a signer chooses.
/// Source: atproto specification, "Cryptography".
/// </summary>
public enum KeyCurve
{
    /// <summary>NIST P-256, also <c>secp256r1</c>; <c>ES256</c> in a JWT.</summary>
    P256,

    /// <summary>secp256k1; <c>ES256K</c> in a JWT.</summary>
    K256,
}
