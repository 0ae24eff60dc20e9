using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Pds.Tests.Support;

/// <summary>
/// An authenticator with one passkey on P-256, and the browser around it: answers what a server asks of
/// <c>navigator.credentials</c>, in the JSON forms of WebAuthn Level 3.
/// </summary>
public sealed class SoftwareAuthenticator(string origin) : IDisposable
{
    private const byte Present = 0x01;
    private const byte Verified = 0x04;
    private const byte HasKey = 0x40;

    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly byte[] _credentialId = RandomNumberGenerator.GetBytes(32);
    private string? _userId;

    /// <summary>What the browser says where the page is from.</summary>
    public string Origin { get; set; } = origin;

    /// <summary>Whether it asks for a finger or a PIN.</summary>
    public bool VerifiesPerson { get; set; } = true;

    /// <summary>How often it has signed; set it back to make it a copy.</summary>
    public uint SignCount { get; set; }

    public string CredentialId => Base64Url.EncodeToString(_credentialId);

    /// <summary>Makes the passkey.</summary>
    public string Create(string optionsJson)
    {
        using var options = JsonDocument.Parse(optionsJson);
        var root = options.RootElement;
        _userId = root.GetProperty("user").GetProperty("id").GetString();
        var key = _key.ExportParameters(includePrivateParameters: false).Q;

        // COSE_Key {1: 2 (EC2), 3: -7 (ES256), -1: 1 (P-256), -2: x, -3: y}
        byte[] cose = [0xA5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 32, .. key.X!, 0x22, 0x58, 32, .. key.Y!];
        var data = AuthenticatorData(
            root.GetProperty("rp").GetProperty("id").GetString()!, HasKey, [.. new byte[16], 0, 32, .. _credentialId, .. cose]);
        byte[] attestation =
        [
            0xA3, 0x63, .. "fmt"u8, 0x64, .. "none"u8, 0x67, .. "attStmt"u8, 0xA0,
            0x68, .. "authData"u8, 0x58, (byte)data.Length, .. data,
        ];
        return Credential(new
        {
            clientDataJSON = Base64Url.EncodeToString(ClientData("webauthn.create", root)),
            attestationObject = Base64Url.EncodeToString(attestation),
            transports = new[] { "internal" },
        });
    }

    /// <summary>Signs in with the passkey.</summary>
    public string Get(string optionsJson)
    {
        using var options = JsonDocument.Parse(optionsJson);
        var root = options.RootElement;
        SignCount++;
        var data = AuthenticatorData(root.GetProperty("rpId").GetString()!, 0, []);
        var clientData = ClientData("webauthn.get", root);
        var signature = _key.SignData(
            [.. data, .. SHA256.HashData(clientData)], HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
        return Credential(new
        {
            clientDataJSON = Base64Url.EncodeToString(clientData),
            authenticatorData = Base64Url.EncodeToString(data),
            signature = Base64Url.EncodeToString(signature),
            userHandle = _userId,
        });
    }

    public void Dispose() => _key.Dispose();

    private byte[] AuthenticatorData(string relyingParty, byte flags, byte[] key)
    {
        var count = new byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32BigEndian(count, SignCount);
        var all = (byte)(flags | Present | (VerifiesPerson ? Verified : 0));
        return [.. SHA256.HashData(Encoding.UTF8.GetBytes(relyingParty)), all, .. count, .. key];
    }

    private byte[] ClientData(string type, JsonElement options) => JsonSerializer.SerializeToUtf8Bytes(
        new { type, challenge = options.GetProperty("challenge").GetString(), origin = Origin, crossOrigin = false });

    private string Credential(object response) => JsonSerializer.Serialize(new
    {
        id = CredentialId,
        rawId = CredentialId,
        type = "public-key",
        clientExtensionResults = new { },
        response,
    });
}
