using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using AtProto.Crypto;
using Pds.Contracts.Repo;

namespace Pds.Modules.Repo.Keys;

/// <summary>Makes the tokens by which accounts show other services who they are.</summary>
public sealed class ServiceTokens
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(60);

    // DIDs and NSIDs need no escapes, and some verifiers compare the text.
    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly RepositoryKeys _repositories;
    private readonly SigningKeys _keys;
    private readonly TimeProvider _time;

    internal ServiceTokens(RepositoryKeys repositories, SigningKeys keys, TimeProvider time) =>
        (_repositories, _keys, _time) = (repositories, keys, time);

    /// <summary>A token of the account; null where it has no repository here.</summary>
    public async Task<SignedServiceToken?> SignAsync(SignServiceToken asked, CancellationToken cancellationToken)
    {
        if (await _repositories.FindAsync(asked.Did, cancellationToken) is not { } stored)
        {
            return null;
        }

        var now = _time.GetUtcNow();
        var expires = asked.Expires ?? now + Lifetime;
        return new SignedServiceToken(Write(_keys.Open(stored), asked, now, expires), expires);
    }

    private static string Write(PrivateKey key, SignServiceToken asked, DateTimeOffset now, DateTimeOffset expires)
    {
        var claims = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(claims, Plain))
        {
            json.WriteStartObject();
            json.WriteNumber("iat"u8, now.ToUnixTimeSeconds());
            json.WriteString("iss"u8, asked.Did.Value);
            json.WriteString("aud"u8, asked.Audience);
            json.WriteNumber("exp"u8, expires.ToUnixTimeSeconds());
            if (asked.Method is not null)
            {
                json.WriteString("lxm"u8, asked.Method);
            }

            json.WriteString("jti"u8, RandomNumberGenerator.GetHexString(32, lowercase: true));
            json.WriteEndObject();
        }

        var header = $$"""{"typ":"JWT","alg":"{{key.PublicKey.JwtAlgorithm}}"}""";
        var signed = $"{Base64Url.EncodeToString(Encoding.ASCII.GetBytes(header))}.{Base64Url.EncodeToString(claims.WrittenSpan)}";
        return $"{signed}.{Base64Url.EncodeToString(key.Sign(Encoding.ASCII.GetBytes(signed)))}";
    }
}
