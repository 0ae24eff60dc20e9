using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using AtProto.Crypto;
using Pds.Xrpc;

namespace Pds.Modules.Auth.Sessions;

/// <summary>A JWT that an account or a service signed with its own key, taken apart and not yet believed.</summary>
internal sealed class ServiceToken
{
    private readonly byte[] _signed;
    private readonly byte[] _signature;
    private readonly string _algorithm;

    private ServiceToken(byte[] signed, byte[] signature, JsonElement header, JsonElement payload)
    {
        (_signed, _signature) = (signed, signature);
        _algorithm = Text(header, "alg") ?? throw Malformed();
        if (Text(header, "typ") is "at+jwt" or "refresh+jwt" or "dpop+jwt")
        {
            // A token for another purpose, whoever signed it.
            throw XrpcErrors.Unauthorized("BadJwtType", $"Invalid jwt type \"{Text(header, "typ")}\"");
        }

        Issuer = Text(payload, "iss") ?? throw Malformed();
        Audience = Text(payload, "aud") ?? throw Malformed();
        Method = Text(payload, "lxm");
        HasId = Text(payload, "jti") is not null;
        Expires = payload.TryGetProperty("exp", out var exp) && exp.ValueKind == JsonValueKind.Number
            ? exp.GetDouble()
            : throw Malformed();
    }

    /// <summary>A DID, perhaps with the fragment of a service.</summary>
    public string Issuer { get; }

    public string Audience { get; }

    /// <summary>The method that the token is good for.</summary>
    public string? Method { get; }

    /// <summary>Whether no other token is the same, by a <c>jti</c>.</summary>
    public bool HasId { get; }

    /// <summary>Seconds since 1970.</summary>
    public double Expires { get; }

    /// <summary>Whether a token names a method, which no session token does.</summary>
    public static bool IsCertainly(string token)
    {
        try
        {
            return Parse(token).Method is not null;
        }
        catch (XrpcException)
        {
            return false;
        }
    }

    /// <exception cref="XrpcException">401 <c>BadJwt</c> or <c>BadJwtType</c>.</exception>
    public static ServiceToken Parse(string token)
    {
        if (token.Split('.') is not [var header, var payload, var signature] || !Ascii.IsValid(token))
        {
            throw Malformed();
        }

        try
        {
            return new ServiceToken(
                Encoding.ASCII.GetBytes($"{header}.{payload}"),
                Base64Url.DecodeFromChars(signature),
                Json(header),
                Json(payload));
        }
        catch (Exception failure) when (failure is FormatException or JsonException or InvalidOperationException)
        {
            // The last for bytes that are no text, and for escapes of half a character.
            throw Malformed();
        }
    }

    /// <summary>Signatures with either S are taken: the network's libraries make both.</summary>
    public bool IsSignedBy(PublicKey key) =>
        _algorithm == key.JwtAlgorithm
        && _signature.Length == PublicKey.SignatureLength
        && key.Verify(_signed, _signature, allowHighS: true);

    private static JsonElement Json(string encoded)
    {
        var json = JsonElement.Parse(Base64Url.DecodeFromChars(encoded));
        return json.ValueKind == JsonValueKind.Object ? json : throw Malformed();
    }

    private static string? Text(JsonElement json, string name) =>
        !json.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null ? null
        : value.ValueKind == JsonValueKind.String ? value.GetString()
        : throw Malformed();

    private static XrpcException Malformed() => XrpcErrors.Unauthorized("BadJwt", "poorly formatted jwt");
}
