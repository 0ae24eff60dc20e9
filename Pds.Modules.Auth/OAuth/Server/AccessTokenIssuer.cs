using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using AtProto.Crypto;
using Pds.Modules.Auth.OAuth.Keys;
using Pds.Modules.Auth.OAuth.Sessions;
using Pds.Modules.Auth.OAuth.Tokens;
using Pds.Xrpc;

namespace Pds.Modules.Auth.OAuth.Server;

/// <summary>Makes access tokens: JWTs (RFC 9068) of ES256 that every replica can check without asking, bound to the app's key.</summary>
internal sealed class AccessTokenIssuer(KeyRing keys, ServiceOptions service, TimeProvider time)
{
    private static readonly JsonWriterOptions WriterOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly string _issuer = service.PublicUrl;
    private readonly string _audience = service.ServiceDid.Value;

    /// <summary>A new access token beside a refresh token.</summary>
    public IssuedTokens IssueWith(string? refreshToken, OAuthSession session, SessionLifetime lifetime, string scope)
    {
        var (token, good) = Issue(session, lifetime, scope);
        return new IssuedTokens(token, (long)good.TotalSeconds, refreshToken, scope, session.Did);
    }

    /// <returns>The token and how long it is good: never beyond the session.</returns>
    private (string Token, TimeSpan Lifetime) Issue(OAuthSession session, SessionLifetime lifetime, string scope)
    {
        var key = keys.Current;
        var now = time.GetUtcNow();
        var left = session.CreatedAt + lifetime.Whole - now;
        var good = left < AccessToken.Lifetime ? TimeSpan.FromSeconds(Math.Ceiling(left.TotalSeconds)) : AccessToken.Lifetime;
        var signed = $"{WriteHeader(key)}.{WriteClaims(session, scope, now.ToUnixTimeSeconds(), (long)good.TotalSeconds)}";

        Span<byte> signature = stackalloc byte[PublicKey.SignatureLength];
        key.Key.Sign(Encoding.ASCII.GetBytes(signed), signature);
        return ($"{signed}.{Base64Url.EncodeToString(signature)}", good);
    }

    private static string WriteHeader(SigningKey key) => Base64Url.EncodeToString(
        Encoding.ASCII.GetBytes($$"""{"typ":"{{AccessToken.Type}}","alg":"ES256","kid":"{{key.Kid}}"}"""));

    private string WriteClaims(OAuthSession session, string scope, long now, long lifetime)
    {
        var claims = new ArrayBufferWriter<byte>(512);
        using (var json = new Utf8JsonWriter(claims, WriterOptions))
        {
            json.WriteStartObject();
            json.WriteString("iss"u8, _issuer);
            json.WriteString("aud"u8, _audience);
            json.WriteString("sub"u8, session.Did.Value);
            json.WriteString("client_id"u8, session.ClientId);
            json.WriteString("jti"u8, $"tok-{RandomNumberGenerator.GetHexString(32, lowercase: true)}");
            json.WriteString("sid"u8, session.Id);
            json.WriteNumber("gen"u8, session.Generation);
            json.WriteNumber("iat"u8, now);
            json.WriteNumber("exp"u8, now + lifetime);
            ScopeClaim.Write(json, scope);
            json.WriteStartObject("cnf"u8);
            json.WriteString("jkt"u8, session.DpopJkt);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        return Base64Url.EncodeToString(claims.WrittenSpan);
    }
}
