using System.Text;
using System.Text.Json;
using AtProto;
using AtProto.OAuth;
using Pds.Modules.Auth.OAuth.Proofs;
using Pds.Xrpc;

namespace Pds.Modules.Auth.OAuth.Tokens;

/// <summary>Reads the claims of a token whose signature is good, and says which of them are not.</summary>
internal sealed class AccessTokenClaims(ServiceOptions service)
{
    // An app's sessions mostly have the same scopes, which may be many.
    private readonly BoundedCache<ScopeSet> _scopes = new(256);
    private readonly byte[] _issuer = Encoding.UTF8.GetBytes(service.PublicUrl);
    private readonly byte[] _audience = Encoding.UTF8.GetBytes(service.ServiceDid.Value);

    /// <returns>Null when a claim is missing, not for us, or of another shape.</returns>
    /// <exception cref="JsonException">It is no JSON.</exception>
    public AccessToken? Read(Utf8JsonReader json, string keyId)
    {
        var (isOurs, isForUs) = (false, false);
        string? subject = null, client = null, session = null, thumbprint = null;
        ScopeSet? scopes = null;
        long issued = 0, expires = 0;
        var generation = -1;
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            if (json.ValueTextEquals("iss"u8))
            {
                isOurs = json.Read() && Is(ref json, _issuer);
            }
            else if (json.ValueTextEquals("aud"u8))
            {
                isForUs = IsAudience(ref json);
            }
            else if (json.ValueTextEquals("sub"u8))
            {
                subject = ReadText(ref json);
            }
            else if (json.ValueTextEquals("client_id"u8))
            {
                client = ReadText(ref json);
            }
            else if (json.ValueTextEquals("sid"u8))
            {
                session = ReadText(ref json);
            }
            else if (json.ValueTextEquals("gen"u8))
            {
                generation = json.Read() && json.TokenType == JsonTokenType.Number && json.TryGetInt32(out var value) ? value : -1;
            }
            else if (json.ValueTextEquals("cnf"u8))
            {
                thumbprint = ReadThumbprint(ref json);
            }
            else if (json.ValueTextEquals(ScopeClaim.Plain))
            {
                scopes = ReadText(ref json) is { } text ? Parse(text) : null;
            }
            else if (json.ValueTextEquals(ScopeClaim.Compressed))
            {
                scopes = json.Read() && json.TokenType == JsonTokenType.String && json.TryGetBytesFromBase64(out var compressed)
                    && ScopeClaim.TryDecompress(compressed, out var text) ? Parse(text) : null;
            }
            else if (json.ValueTextEquals("iat"u8))
            {
                issued = ReadTime(ref json);
            }
            else if (json.ValueTextEquals("exp"u8))
            {
                expires = ReadTime(ref json);
            }
            else
            {
                json.Skip();
            }
        }

        // A longer life than revocations are kept in mind for would be a hole.
        return isOurs && isForUs
            && Did.TryParse(subject, out var did)
            && client is not null && session is not null && generation >= 0 && thumbprint is not null
            && scopes is { HasAtproto: true }
            && issued > 0 && expires > issued && expires - issued <= (long)AccessToken.Lifetime.TotalSeconds
                ? new AccessToken(did, client, session, generation, thumbprint, scopes, keyId, expires)
                : null;
    }

    private ScopeSet Parse(string text)
    {
        if (!_scopes.TryGet(text, out var scopes))
        {
            scopes = ScopeSet.Parse(text);
            _scopes.Add(text, scopes);
        }

        return scopes;
    }

    private bool IsAudience(ref Utf8JsonReader json)
    {
        json.Read();
        if (json.TokenType != JsonTokenType.StartArray)
        {
            return Is(ref json, _audience);
        }

        var isForUs = false;
        while (json.Read() && json.TokenType != JsonTokenType.EndArray)
        {
            isForUs |= Is(ref json, _audience);
            json.Skip();
        }

        return isForUs;
    }

    private static string? ReadThumbprint(ref Utf8JsonReader json)
    {
        string? thumbprint = null;
        if (!json.Read() || json.TokenType != JsonTokenType.StartObject)
        {
            json.Skip();
            return null;
        }

        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            if (json.ValueTextEquals("jkt"u8))
            {
                thumbprint = ReadText(ref json);
            }
            else
            {
                json.Skip();
            }
        }

        return thumbprint is { Length: ProofJwk.ThumbprintLength } ? thumbprint : null;
    }

    private static bool Is(ref Utf8JsonReader json, ReadOnlySpan<byte> text) =>
        json.TokenType == JsonTokenType.String && json.ValueTextEquals(text);

    private static string? ReadText(ref Utf8JsonReader json)
    {
        if (json.Read() && json.TokenType == JsonTokenType.String)
        {
            return json.GetString();
        }

        json.Skip();
        return null;
    }

    private static long ReadTime(ref Utf8JsonReader json)
    {
        if (json.Read() && json.TokenType == JsonTokenType.Number && json.TryGetInt64(out var seconds))
        {
            return seconds;
        }

        json.Skip();
        return 0;
    }
}
