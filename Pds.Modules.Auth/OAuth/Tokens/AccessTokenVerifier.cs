using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using AtProto.Crypto;
using Pds.Modules.Auth.OAuth.Keys;
using Pds.Modules.Auth.OAuth.Proofs;
using Pds.Xrpc;

namespace Pds.Modules.Auth.OAuth.Tokens;

/// <summary>
/// Checks access tokens without a database: the signature once, then by the token's hash; time, key and revocations at
/// every use.
/// </summary>
internal sealed class AccessTokenVerifier(
    KeyRing keys, AccessTokenClaims claims, SessionRevocations revocations, TimeProvider time)
{
    // Expanded permission sets make long scopes; a header can hold no more anyway.
    private const int MaxLength = 16384;
    private const int UsualLength = 2048;

    // About a kilobyte each.
    private const int GenerationSize = 16384;

    private static readonly CacheCounter Counter = new("access_token");

    private readonly BoundedCache<AccessToken> _verified = new(GenerationSize);

    /// <exception cref="OAuthException"><c>invalid_token</c>: not ours, expired, revoked or replaced by a refresh.</exception>
    public AccessToken Verify(string token)
    {
        if (token.Length > MaxLength)
        {
            throw Malformed();
        }

        Span<char> hash = stackalloc char[TokenHash.Length];
        TokenHash.Write(token, hash);
        var isThere = _verified.TryGet(hash, out var verified);
        Counter.Count(isThere);
        if (verified is null)
        {
            verified = Read(token);
            _verified.Add(hash.ToString(), verified);
        }

        return verified.ExpiresAt <= time.GetUtcNow().ToUnixTimeSeconds() ? throw OAuthException.InvalidToken("Token expired")
            : revocations.IsRevoked(verified) ? throw OAuthException.InvalidToken("Token revoked")
            : keys.Find(verified.KeyId) is null ? throw OAuthException.InvalidToken("Token signed with a key that was withdrawn")
            : verified;
    }

    private AccessToken Read(ReadOnlySpan<char> token)
    {
        var payloadAt = token.IndexOf('.') + 1;
        var signatureAt = token.LastIndexOf('.') + 1;
        if (signatureAt <= payloadAt || !Ascii.IsValid(token))
        {
            throw Malformed();
        }

        Span<byte> text = token.Length <= UsualLength ? stackalloc byte[UsualLength] : new byte[MaxLength];
        Ascii.FromUtf16(token, text, out _);
        Span<byte> signature = stackalloc byte[PublicKey.SignatureLength];
        try
        {
            var signed = text[..(signatureAt - 1)];
            var decoded = new byte[signatureAt];
            var key = ReadHeader(Open(text[..(payloadAt - 1)], decoded));
            return Base64Url.IsValid(text[signatureAt..token.Length], out var length)
                && length == signature.Length
                && Base64Url.DecodeFromUtf8(text[signatureAt..token.Length], signature) == length
                && key.PublicKey.Verify(signed, signature, allowHighS: true)
                && claims.Read(Open(text[payloadAt..(signatureAt - 1)], decoded), key.Kid) is { } read
                    ? read
                    : throw OAuthException.InvalidToken("Token could not be verified");
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException)
        {
            // The latter for bytes that are no text, and for escapes of half a character.
            throw Malformed();
        }
    }

    private SigningKey ReadHeader(Utf8JsonReader json)
    {
        var (isType, isAlgorithm) = (false, false);
        SigningKey? key = null;
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            if (json.ValueTextEquals("typ"u8))
            {
                isType = json.Read() && json.TokenType == JsonTokenType.String && json.ValueTextEquals(AccessToken.Type);
            }
            else if (json.ValueTextEquals("alg"u8))
            {
                isAlgorithm = json.Read() && json.TokenType == JsonTokenType.String && json.ValueTextEquals("ES256"u8);
            }
            else if (json.ValueTextEquals("kid"u8))
            {
                key = json.Read() && json.TokenType == JsonTokenType.String ? keys.Find(json.GetString()!) : null;
            }
            else if (json.ValueTextEquals("crit"u8))
            {
                throw Malformed();
            }
            else
            {
                json.Skip();
            }
        }

        return isType && isAlgorithm && key is not null ? key : throw OAuthException.InvalidToken("Token could not be verified");
    }

    private static Utf8JsonReader Open(ReadOnlySpan<byte> encoded, byte[] decoded)
    {
        if (Base64Url.IsValid(encoded))
        {
            var json = new Utf8JsonReader(decoded.AsSpan(0, Base64Url.DecodeFromUtf8(encoded, decoded)));
            if (json.Read() && json.TokenType == JsonTokenType.StartObject)
            {
                return json;
            }
        }

        throw Malformed();
    }

    private static OAuthException Malformed() => OAuthException.InvalidToken("Malformed token");
}
