using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using AtProto;
using Pds.Xrpc;

namespace Pds.Modules.Auth.Sessions;

/// <summary>Makes the tokens of a session: JWTs that every replica can check, for they share the secret.</summary>
internal sealed class TokenIssuer(AuthOptions options, ServiceOptions service, TimeProvider time)
{
    private const int RefreshIdLength = 32;

    private static readonly JsonWriterOptions WriterOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly byte[] _key = Encoding.UTF8.GetBytes(options.JwtSecret);
    private readonly string _audience = service.ServiceDid.Value;

    public static string NewRefreshId() => Convert.ToBase64String(RandomNumberGenerator.GetBytes(RefreshIdLength));

    /// <summary>The tokens of a session that has no row yet.</summary>
    public IssuedSession Issue(Did did, AccessKind kind) => Issue(did, kind, NewRefreshId());

    /// <param name="refreshId">The <c>jti</c> of the refresh token.</param>
    public IssuedSession Issue(Did did, AccessKind kind, string refreshId)
    {
        var now = time.GetUtcNow();
        return new IssuedSession(
            Create(TokenType.Access, did, kind, null, now),
            Create(TokenType.Refresh, did, AccessKind.Refresh, refreshId, now),
            refreshId,
            now + TokenType.Refresh.Lifetime);
    }

    private string Create(TokenType type, Did did, AccessKind kind, string? id, DateTimeOffset now)
    {
        var claims = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(claims, WriterOptions))
        {
            json.WriteStartObject();
            json.WriteString("scope"u8, TokenScope.Of(kind));
            json.WriteString("aud"u8, _audience);
            json.WriteString("sub"u8, did.Value);
            if (id is not null)
            {
                json.WriteString("jti"u8, id);
            }

            json.WriteNumber("iat"u8, now.ToUnixTimeSeconds());
            json.WriteNumber("exp"u8, (now + type.Lifetime).ToUnixTimeSeconds());
            json.WriteEndObject();
        }

        var signed = $"{type.Header}.{Base64Url.EncodeToString(claims.WrittenSpan)}";
        Span<byte> signature = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(_key, Encoding.ASCII.GetBytes(signed), signature);
        return $"{signed}.{Base64Url.EncodeToString(signature)}";
    }
}

/// <summary>Two tokens, and what has to be stored of the second.</summary>
internal sealed record IssuedSession(string AccessJwt, string RefreshJwt, string RefreshId, DateTimeOffset RefreshExpiresAt);
