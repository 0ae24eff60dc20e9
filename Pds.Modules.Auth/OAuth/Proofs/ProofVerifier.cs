using System.Buffers.Text;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace Pds.Modules.Auth.OAuth.Proofs;

/// <summary>
/// Checks the <c>DPoP</c> header (RFC 9449) on the token endpoints and on every resource request: in place and without
/// objects but the result, for all but the signature is next to nothing.
/// </summary>
internal sealed class ProofVerifier(ProofTarget target, DpopNonces nonces, ReplayMemory replays, ProofKeys keys, TimeProvider time)
{
    public const string HeaderName = "DPoP";
    public const string NonceHeaderName = "DPoP-Nonce";

    // Room for an RSA key of 4096 bits and its signature, thrice.
    private const int MaxLength = 8192;
    private const int UsualLength = 2048;
    private const int MaxAge = 10;
    private const int Tolerance = 180;

    // As long as a nonce is good, and a tenth: an older proof is refused for its nonce.
    private static readonly TimeSpan Remembered = TimeSpan.FromMinutes(3) * 1.1;

    /// <summary>Checks the proof of a request, and gives the client a nonce for its next one.</summary>
    /// <param name="accessToken">The token that the request shows; null at the authorization server.</param>
    /// <returns>Null when there is no proof.</returns>
    /// <exception cref="OAuthException"><c>invalid_dpop_proof</c> or <c>use_dpop_nonce</c>.</exception>
    public async ValueTask<DpopProof?> VerifyAsync(HttpContext context, string? accessToken, CancellationToken cancellationToken)
    {
        GiveNonce(context.Response);
        var header = context.Request.Headers[HeaderName];
        if (header.Count == 0)
        {
            return null;
        }

        // Proxies join what a client sent twice.
        var text = header.ToString();
        if (text.Contains(',', StringComparison.Ordinal))
        {
            throw OAuthException.InvalidDpopProof("Several DPoP headers");
        }

        var proof = Check(text, context.Request, accessToken);
        return await replays.TryUseAsync("dpop", $"{proof.Jkt}:{proof.Jti}", Remembered, cancellationToken)
            ? proof
            : throw OAuthException.InvalidDpopProof("DPoP proof replayed");
    }

    /// <summary>Brings the client a nonce for its next proof, whatever becomes of this request.</summary>
    public void GiveNonce(HttpResponse response) => response.Headers[NonceHeaderName] = nonces.Next();

    /// <summary>All checks but the last, whether it was used before.</summary>
    internal DpopProof Check(ReadOnlySpan<char> proof, HttpRequest request, string? accessToken)
    {
        if (proof.Length > MaxLength)
        {
            throw OAuthException.InvalidDpopProof("DPoP proof is too long");
        }

        var payloadAt = proof.IndexOf('.') + 1;
        var signatureAt = proof.LastIndexOf('.') + 1;
        if (signatureAt <= payloadAt || !Ascii.IsValid(proof))
        {
            throw Malformed();
        }

        Span<byte> text = proof.Length <= UsualLength ? stackalloc byte[UsualLength] : new byte[MaxLength];
        Span<byte> decoded = proof.Length <= UsualLength ? stackalloc byte[UsualLength] : new byte[MaxLength];
        Ascii.FromUtf16(proof, text, out _);

        try
        {
            var (key, algorithm) = ReadHeader(Decode(text[..(payloadAt - 1)], decoded));
            var signature = Decode(text[signatureAt..proof.Length], decoded);
            if (!key.Verify(algorithm, text[..(signatureAt - 1)], signature))
            {
                throw OAuthException.InvalidDpopProof("DPoP signature does not match its key");
            }

            return CheckClaims(Decode(text[payloadAt..(signatureAt - 1)], decoded), key, request, accessToken);
        }
        catch (Exception failure) when (failure is JsonException or InvalidOperationException)
        {
            // The latter for bytes that are no text, and for escapes of half a character.
            throw Malformed();
        }
    }

    private (ProofKey Key, ProofAlgorithm Algorithm) ReadHeader(ReadOnlySpan<byte> header)
    {
        var json = Open(header);
        var isProof = false;
        ProofAlgorithm? algorithm = null;
        ProofKey? key = null;
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            if (json.ValueTextEquals("typ"u8))
            {
                isProof = json.Read() && json.TokenType == JsonTokenType.String && json.ValueTextEquals("dpop+jwt"u8);
            }
            else if (json.ValueTextEquals("alg"u8))
            {
                json.Read();
                algorithm = ProofAlgorithm.Read(in json);
            }
            else if (json.ValueTextEquals("jwk"u8))
            {
                // A second one would make us import as many keys as fit into a header.
                key = key is null
                    ? keys.Get(ProofJwk.Read(ref json))
                    : throw OAuthException.InvalidDpopProof("Several DPoP jwk");
            }
            else if (json.ValueTextEquals("crit"u8))
            {
                throw OAuthException.InvalidDpopProof("DPoP proof has critical extensions");
            }
            else
            {
                json.Skip();
            }
        }

        return !isProof ? throw OAuthException.InvalidDpopProof("DPoP typ must be dpop+jwt")
            : algorithm is null ? throw OAuthException.InvalidDpopProof("DPoP alg is not supported")
            : (key ?? throw OAuthException.InvalidDpopProof("DPoP jwk missing"), algorithm);
    }

    private DpopProof CheckClaims(ReadOnlySpan<byte> claims, ProofKey key, HttpRequest request, string? accessToken)
    {
        var json = Open(claims);
        double? issued = null;
        var (expires, notBefore) = (double.MaxValue, double.MinValue);
        string? id = null;
        var (isMethod, isTarget, hasNonce, isNonce, hasTokenHash, isTokenHash) = (false, false, false, false, false, false);
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            if (json.ValueTextEquals("iat"u8))
            {
                issued = ReadNumber(ref json);
            }
            else if (json.ValueTextEquals("exp"u8))
            {
                expires = ReadNumber(ref json) ?? double.MinValue;
            }
            else if (json.ValueTextEquals("nbf"u8))
            {
                notBefore = ReadNumber(ref json) ?? double.MaxValue;
            }
            else if (json.ValueTextEquals("jti"u8))
            {
                id = json.Read() && json.TokenType == JsonTokenType.String ? json.GetString() : null;
            }
            else if (json.ValueTextEquals("htm"u8))
            {
                isMethod = json.Read() && json.TokenType == JsonTokenType.String && json.ValueTextEquals(request.Method);
            }
            else if (json.ValueTextEquals("htu"u8))
            {
                isTarget = json.Read() && target.Matches(ref json, request);
            }
            else if (json.ValueTextEquals("nonce"u8))
            {
                hasNonce = true;
                isNonce = json.Read() && json.TokenType == JsonTokenType.String && nonces.IsValid(json.GetString());
            }
            else if (json.ValueTextEquals("ath"u8))
            {
                hasTokenHash = true;
                isTokenHash = json.Read() && accessToken is not null && IsHash(ref json, accessToken);
            }
            else
            {
                json.Skip();
            }
        }

        var now = time.GetUtcNow().ToUnixTimeSeconds();
        return !(issued >= now - MaxAge - Tolerance && issued <= now + Tolerance)
                || expires <= now - Tolerance
                || notBefore > now + Tolerance ? throw OAuthException.InvalidDpopProof("DPoP proof is not of this time")
            : id is not { Length: > 0 } ? throw OAuthException.InvalidDpopProof("DPoP jti missing")
            : !isMethod ? throw OAuthException.InvalidDpopProof("DPoP htm mismatch")
            : !isTarget ? throw OAuthException.InvalidDpopProof("DPoP htu mismatch")
            : !isNonce ? throw OAuthException.UseDpopNonce(NonceProblem(hasNonce, accessToken))
            : accessToken is null && hasTokenHash ? throw OAuthException.InvalidDpopProof("DPoP ath not allowed")
            : accessToken is not null && !isTokenHash ? throw OAuthException.InvalidDpopProof("DPoP ath mismatch")
            : new DpopProof(key.Thumbprint, id);
    }

    private static string NonceProblem(bool hasNonce, string? accessToken) =>
        hasNonce ? "DPoP nonce mismatch"
        : accessToken is null ? "Authorization server requires nonce in DPoP proof"
        : "Resource server requires nonce in DPoP proof";

    private static bool IsHash(ref Utf8JsonReader json, string accessToken)
    {
        Span<char> hash = stackalloc char[TokenHash.Length];
        TokenHash.Write(accessToken, hash);
        return json.TokenType == JsonTokenType.String && json.ValueTextEquals(hash);
    }

    private static double? ReadNumber(ref Utf8JsonReader json)
    {
        if (json.Read() && json.TokenType == JsonTokenType.Number)
        {
            return json.GetDouble();
        }

        json.Skip();
        return null;
    }

    private static Utf8JsonReader Open(ReadOnlySpan<byte> text)
    {
        var json = new Utf8JsonReader(text);
        return json.Read() && json.TokenType == JsonTokenType.StartObject ? json : throw Malformed();
    }

    private static ReadOnlySpan<byte> Decode(ReadOnlySpan<byte> encoded, Span<byte> decoded) =>
        Base64Url.IsValid(encoded) && Base64Url.TryDecodeFromUtf8(encoded, decoded, out var length)
            ? decoded[..length]
            : throw Malformed();

    private static OAuthException Malformed() => OAuthException.InvalidDpopProof("DPoP proof is not a JWT");
}
