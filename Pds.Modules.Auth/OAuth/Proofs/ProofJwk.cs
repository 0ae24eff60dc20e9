using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;

namespace Pds.Modules.Auth.OAuth.Proofs;

/// <summary>The public key in a proof's header, as it is spelled there.</summary>
internal readonly ref struct ProofJwk
{
    public const int ThumbprintLength = 43;

    // Room for the modulus of an RSA key of 4096 bits and all that stands around it.
    private const int CanonicalLength = 1024;

    private ProofJwk(string? curve, ReadOnlySpan<byte> first, ReadOnlySpan<byte> second)
    {
        Curve = curve;
        First = first;
        Second = second;
    }

    /// <summary>Null for an RSA key.</summary>
    public string? Curve { get; }

    /// <summary>The coordinate <c>x</c>, or the modulus; base64url.</summary>
    public ReadOnlySpan<byte> First { get; }

    /// <summary>The coordinate <c>y</c>, or the exponent; base64url.</summary>
    public ReadOnlySpan<byte> Second { get; }

    /// <summary>Reads the object that the reader stands before.</summary>
    /// <exception cref="OAuthException">It is no public key of a kind that proofs are signed with.</exception>
    public static ProofJwk Read(ref Utf8JsonReader json)
    {
        if (!json.Read() || json.TokenType != JsonTokenType.StartObject)
        {
            throw OAuthException.InvalidDpopProof("DPoP jwk is not an object");
        }

        var (isEc, isRsa, isPrivate, curve) = (false, false, false, (string?)null);
        ReadOnlySpan<byte> x = default, y = default, n = default, e = default;
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            if (json.ValueTextEquals("kty"u8))
            {
                json.Read();
                (isEc, isRsa) = (Is(ref json, "EC"u8), Is(ref json, "RSA"u8));
            }
            else if (json.ValueTextEquals("crv"u8))
            {
                json.Read();
                curve = Is(ref json, "P-256"u8) ? "P-256"
                    : Is(ref json, "secp256k1"u8) ? "secp256k1"
                    : Is(ref json, "P-384"u8) ? "P-384"
                    : Is(ref json, "P-521"u8) ? "P-521"
                    : null;
            }
            else if (json.ValueTextEquals("x"u8))
            {
                x = ReadText(ref json);
            }
            else if (json.ValueTextEquals("y"u8))
            {
                y = ReadText(ref json);
            }
            else if (json.ValueTextEquals("n"u8))
            {
                n = ReadText(ref json);
            }
            else if (json.ValueTextEquals("e"u8))
            {
                e = ReadText(ref json);
            }
            else
            {
                isPrivate |= IsSecret(ref json);
                json.Skip();
            }
        }

        return isPrivate ? throw OAuthException.InvalidDpopProof("DPoP jwk holds a private or symmetric key")
            : isEc && curve is not null && !x.IsEmpty && !y.IsEmpty ? new ProofJwk(curve, x, y)
            : isRsa && !n.IsEmpty && !e.IsEmpty ? new ProofJwk(null, n, e)
            : throw OAuthException.InvalidDpopProof("DPoP jwk is not a key of a supported kind");
    }

    /// <summary>Writes the SHA-256 of the key's canonical form (RFC 7638), base64url; false when the key is too long.</summary>
    public bool TryWriteThumbprint(Span<char> thumbprint)
    {
        Span<byte> canonical = stackalloc byte[CanonicalLength];
        var length = 0;
        var fits = Curve is null
            ? Append(canonical, ref length, "{\"e\":\""u8) && Append(canonical, ref length, Second)
                && Append(canonical, ref length, "\",\"kty\":\"RSA\",\"n\":\""u8) && Append(canonical, ref length, First)
                && Append(canonical, ref length, "\"}"u8)
            : Append(canonical, ref length, "{\"crv\":\""u8) && AppendCurve(canonical, ref length, Curve)
                && Append(canonical, ref length, "\",\"kty\":\"EC\",\"x\":\""u8) && Append(canonical, ref length, First)
                && Append(canonical, ref length, "\",\"y\":\""u8) && Append(canonical, ref length, Second)
                && Append(canonical, ref length, "\"}"u8);
        if (!fits)
        {
            return false;
        }

        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(canonical[..length], hash);
        return Base64Url.TryEncodeToChars(hash, thumbprint, out _);
    }

    private static bool IsSecret(ref Utf8JsonReader json) =>
        json.ValueTextEquals("d"u8) || json.ValueTextEquals("k"u8) || json.ValueTextEquals("p"u8)
        || json.ValueTextEquals("q"u8) || json.ValueTextEquals("dp"u8) || json.ValueTextEquals("dq"u8)
        || json.ValueTextEquals("qi"u8) || json.ValueTextEquals("oth"u8);

    private static bool Is(ref Utf8JsonReader json, ReadOnlySpan<byte> text) =>
        json.TokenType == JsonTokenType.String && json.ValueTextEquals(text);

    // Base64url needs no escapes, and whoever writes some is not a client that we know.
    private static ReadOnlySpan<byte> ReadText(scoped ref Utf8JsonReader json)
    {
        if (json.Read() && json.TokenType == JsonTokenType.String && !json.ValueIsEscaped)
        {
            return json.ValueSpan;
        }

        json.Skip();
        return default;
    }

    private static bool Append(Span<byte> target, ref int length, ReadOnlySpan<byte> part)
    {
        if (!part.TryCopyTo(target[length..]))
        {
            return false;
        }

        length += part.Length;
        return true;
    }

    private static bool AppendCurve(Span<byte> target, ref int length, string curve)
    {
        length += System.Text.Encoding.ASCII.GetBytes(curve, target[length..]);
        return true;
    }
}
