using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using AtProto;
using Pds.Xrpc;

namespace Pds.Modules.Auth.Sessions;

/// <summary>
/// Checks session tokens without a database: whole once, in place and without objects but the DID; then, as long as they are
/// remembered, only their time. What is wrong is told in this order: signature, type and audience, time, shape.
/// </summary>
internal sealed class TokenVerifier(AuthOptions options, ServiceOptions service, TimeProvider time)
{
    // Room for the longest DIDs twice.
    private const int MaxLength = 8192;
    private const int UsualLength = 1024;
    private const int SignatureLength = 43;

    // Half a kilobyte each, or a little more.
    private const int GenerationSize = 4096;

    private static readonly CacheCounter Counter = new("session_token");

    private readonly BoundedCache<Claims> _verified = new(GenerationSize);
    private readonly byte[] _key = Encoding.UTF8.GetBytes(options.JwtSecret);
    private readonly byte[] _audience = Encoding.UTF8.GetBytes(service.ServiceDid.Value);

    /// <exception cref="XrpcException">400, <c>InvalidToken</c> or <c>ExpiredToken</c>.</exception>
    public VerifiedToken Verify(ReadOnlySpan<char> token, TokenType type, bool acceptExpired = false)
    {
        var now = time.GetUtcNow().ToUnixTimeSeconds();
        var isThere = _verified.TryGet(token, out var claims);
        Counter.Count(isThere);
        if (claims is null || !claims.AreGood(type, now, acceptExpired))
        {
            claims = Read(token, type, now, acceptExpired);
            if (!isThere && token.Length <= UsualLength)
            {
                _verified.Add(token.ToString(), claims);
            }
        }

        return claims.Token;
    }

    private Claims Read(ReadOnlySpan<char> token, TokenType type, long now, bool acceptExpired)
    {
        var payloadAt = token.IndexOf('.') + 1;
        var signatureAt = token.LastIndexOf('.') + 1;
        if (token.Length > MaxLength
            || signatureAt <= payloadAt
            || token.Length - signatureAt != SignatureLength
            || !Ascii.IsValid(token))
        {
            throw NotVerified();
        }

        Span<byte> text = token.Length <= UsualLength ? stackalloc byte[UsualLength] : new byte[MaxLength];
        Ascii.FromUtf16(token, text, out _);

        CheckSignature(text[..(signatureAt - 1)], text[signatureAt..token.Length]);

        try
        {
            CheckHeader(token[..(payloadAt - 1)], text[..(payloadAt - 1)], type);
            return CheckClaims(Open(text[payloadAt..(signatureAt - 1)]), type, now, acceptExpired);
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException)
        {
            // The latter for bytes that are no text, and for escapes of half a character.
            throw NotVerified();
        }
    }

    private void CheckSignature(ReadOnlySpan<byte> signed, ReadOnlySpan<byte> signature)
    {
        Span<byte> expected = stackalloc byte[HMACSHA256.HashSizeInBytes];
        Span<byte> actual = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(_key, signed, expected);
        if (Base64Url.DecodeFromUtf8(signature, actual, out _, out var length) != System.Buffers.OperationStatus.Done
            || length != actual.Length
            || !CryptographicOperations.FixedTimeEquals(expected, actual))
        {
            throw NotVerified();
        }
    }

    private static void CheckHeader(ReadOnlySpan<char> encoded, Span<byte> header, TokenType type)
    {
        if (encoded.SequenceEqual(type.Header))
        {
            return;
        }

        // Signed with our secret, but spelled by someone else: a server that was here before, or an administrator's tool.
        var isHs256 = false;
        var isType = false;
        var json = Open(header);
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            if (json.ValueTextEquals("alg"u8))
            {
                isHs256 = json.Read() && json.TokenType == JsonTokenType.String && json.ValueTextEquals("HS256"u8);
            }
            else if (json.ValueTextEquals("typ"u8))
            {
                isType = json.Read() && json.TokenType == JsonTokenType.String && json.ValueTextEquals(type.Name);
            }
            else if (json.ValueTextEquals("crit"u8))
            {
                throw NotVerified();
            }
            else
            {
                json.Skip();
            }
        }

        if (!isHs256 || !isType)
        {
            throw NotVerified();
        }
    }

    private Claims CheckClaims(Utf8JsonReader json, TokenType type, long now, bool acceptExpired)
    {
        var kind = AccessKind.None;
        var isForUs = false;
        var isForeign = false;
        double? expires = null;
        var notBefore = double.MinValue;
        Did? did = null;
        string? id = null;

        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            if (json.ValueTextEquals("scope"u8))
            {
                json.Read();
                kind = TokenScope.Read(in json);
            }
            else if (json.ValueTextEquals("aud"u8))
            {
                isForUs = json.Read() && json.TokenType == JsonTokenType.String && json.ValueTextEquals(_audience);
            }
            else if (json.ValueTextEquals("sub"u8))
            {
                did = json.Read() && json.TokenType == JsonTokenType.String && Did.TryParse(json.GetString(), out var sub)
                    ? sub
                    : null;
            }
            else if (json.ValueTextEquals("exp"u8))
            {
                expires = json.Read() && json.TokenType == JsonTokenType.Number ? json.GetDouble() : null;
            }
            else if (json.ValueTextEquals("nbf"u8))
            {
                notBefore = json.Read() && json.TokenType == JsonTokenType.Number ? json.GetDouble() : double.MaxValue;
            }
            else if (json.ValueTextEquals("jti"u8))
            {
                id = json.Read() && json.TokenType == JsonTokenType.String ? json.GetString() : null;
            }
            else
            {
                // A service token or one bound to a key is for other doors, whoever signed it.
                isForeign |= json.ValueTextEquals("lxm"u8) || json.ValueTextEquals("cnf"u8);
                json.Skip();
            }
        }

        if (!isForUs || expires is null || notBefore > now)
        {
            throw NotVerified();
        }

        if (expires <= now && !acceptExpired)
        {
            throw XrpcErrors.ExpiredToken();
        }

        if (isForeign || did is null)
        {
            throw XrpcErrors.InvalidToken("Malformed token");
        }

        if (kind == AccessKind.None || (kind == AccessKind.Refresh) != (type == TokenType.Refresh))
        {
            throw XrpcErrors.InvalidToken("Bad token scope");
        }

        return new Claims(type, notBefore, expires.Value, new VerifiedToken(did.Value, kind, id));
    }

    private static Utf8JsonReader Open(Span<byte> encoded)
    {
        if (Base64Url.IsValid(encoded))
        {
            var json = new Utf8JsonReader(encoded[..Base64Url.DecodeFromUtf8InPlace(encoded)]);
            if (json.Read() && json.TokenType == JsonTokenType.StartObject)
            {
                return json;
            }
        }

        throw NotVerified();
    }

    private static XrpcException NotVerified() => XrpcErrors.InvalidToken("Token could not be verified");

    /// <param name="NotBefore">In seconds since 1970, as is <paramref name="Expires"/>.</param>
    private sealed record Claims(TokenType Type, double NotBefore, double Expires, VerifiedToken Token)
    {
        public bool AreGood(TokenType type, long now, bool acceptExpired) =>
            type == Type && NotBefore <= now && (acceptExpired || Expires > now);
    }
}

/// <summary>What a session token says.</summary>
/// <param name="Id">The <c>jti</c>, which only refresh tokens have.</param>
internal readonly record struct VerifiedToken(Did Did, AccessKind Kind, string? Id);
