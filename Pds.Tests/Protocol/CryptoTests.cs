using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using AtProto.Crypto;
using CsCheck;

namespace Pds.Tests.Protocol;

public sealed class CryptoTests
{
    private static readonly Gen<KeyCurve> Curves = Gen.OneOf(Gen.Const(KeyCurve.P256), Gen.Const(KeyCurve.K256));

    public static TheoryData<string, string, string, string, bool, string> SignatureVectors()
    {
        var data = new TheoryData<string, string, string, string, bool, string>();
        foreach (var vector in Read("signature-fixtures.json"))
        {
            data.Add(
                vector.GetProperty("comment").GetString()!,
                vector.GetProperty("publicKeyDid").GetString()!,
                vector.GetProperty("messageBase64").GetString()!,
                vector.GetProperty("signatureBase64").GetString()!,
                vector.GetProperty("validSignature").GetBoolean(),
                string.Join(' ', vector.GetProperty("tags").EnumerateArray()));
        }

        return data;
    }

    public static TheoryData<KeyCurve, string, string> DidKeyVectors()
    {
        var data = new TheoryData<KeyCurve, string, string>();
        foreach (var vector in Read("w3c_didkey_K256.json"))
        {
            data.Add(KeyCurve.K256, vector.GetProperty("privateKeyBytesHex").GetString()!, vector.GetProperty("publicDidKey").GetString()!);
        }

        foreach (var vector in Read("w3c_didkey_P256.json"))
        {
            Assert.True(Base58.TryDecode(vector.GetProperty("privateKeyBytesBase58").GetString(), out var scalar));
            data.Add(KeyCurve.P256, Convert.ToHexStringLower(scalar), vector.GetProperty("publicDidKey").GetString()!);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(SignatureVectors))]
    public void Judges_the_published_signatures(
        string comment, string didKey, string message, string signature, bool isValid, string tags)
    {
        var key = PublicKey.ParseDidKey(didKey);

        Assert.True(isValid == key.Verify(Base64(message), Base64(signature)), comment);

        // A JOSE library does not normalise, so a token may carry a high s; it is a valid signature otherwise.
        var isValidInToken = isValid || tags.Contains("high-s", StringComparison.Ordinal);
        Assert.True(isValidInToken == key.Verify(Base64(message), Base64(signature), allowHighS: true), comment);
    }

    [Theory]
    [MemberData(nameof(DidKeyVectors))]
    public void Derives_the_published_did_keys(KeyCurve curve, string scalar, string didKey)
    {
        using var key = PrivateKey.FromBytes(curve, Convert.FromHexString(scalar));

        Assert.Equal(didKey, key.PublicKey.ToDidKey());
        Assert.Equal(didKey, PublicKey.ParseDidKey(didKey).ToDidKey());
        Assert.Equal(key.PublicKey, PublicKey.ParseMultibase(didKey.AsSpan("did:key:".Length)));
        Assert.Equal(scalar, Convert.ToHexStringLower(key.Export()));
    }

    [Fact]
    public void Reproduces_the_reference_signature_of_a_commit()
    {
        var path = Path.Combine(AppContext.BaseDirectory, "Vectors", "reference", "repo-history.json");
        using var history = JsonDocument.Parse(File.ReadAllBytes(path));
        var signingKey = history.RootElement.GetProperty("signingKey");
        using var key = PrivateKey.FromBytes(KeyCurve.K256, Convert.FromHexString(signingKey.GetProperty("privateKeyHex").GetString()!));
        foreach (var step in history.RootElement.GetProperty("steps").EnumerateArray())
        {
            var signature = step.GetProperty("sigHex").GetString()!;
            var unsigned = WithoutSignature(step.GetProperty("commitCborHex").GetString()!, signature);

            Assert.Equal(signature, Convert.ToHexStringLower(key.Sign(unsigned)));
        }
    }

    [Fact]
    public void Verifies_the_reference_service_tokens_of_both_curves()
    {
        var path = Path.Combine(AppContext.BaseDirectory, "Vectors", "reference", "service-jwt.json");
        using var vectors = JsonDocument.Parse(File.ReadAllBytes(path));
        foreach (var token in vectors.RootElement.GetProperty("tokens").EnumerateArray())
        {
            var key = PublicKey.ParseDidKey(token.GetProperty("didKey").GetString()!);
            var jwt = token.GetProperty("jwt").GetString()!;
            var dot = jwt.LastIndexOf('.');

            Assert.Equal(token.GetProperty("alg").GetString(), key.JwtAlgorithm);
            Assert.True(key.Verify(
                Encoding.ASCII.GetBytes(jwt[..dot]), Base64(jwt[(dot + 1)..].Replace('-', '+').Replace('_', '/')), allowHighS: true));
        }
    }

    [Fact]
    public void The_cache_of_keys_keeps_what_is_used_and_stays_small()
    {
        using var key = PrivateKey.Generate(KeyCurve.K256);
        var cache = new PublicKeyCache(generationSize: 10);
        for (var i = 0; i < 35; i++)
        {
            cache.Add($"z{i}", key.PublicKey);
            Assert.True(cache.TryGet("z0", out _));
        }

        Assert.DoesNotContain(Enumerable.Range(1, 14), i => cache.TryGet($"z{i}", out _));
        Assert.True(cache.TryGet("z34", out var kept));
        Assert.Same(key.PublicKey, kept);
    }

    [Fact]
    public void A_signature_has_a_low_s_and_verifies() => Gen.Select(Curves, Gen.Byte.Array[0, 300]).Sample(
        (curve, message) =>
        {
            using var key = PrivateKey.Generate(curve);
            var signature = key.Sign(message);
            var parsed = PublicKey.ParseDidKey(key.PublicKey.ToDidKey());

            Assert.True(parsed.Verify(message, signature));
            Assert.Equal(key.PublicKey, parsed);
        },
        iter: 60);

    [Fact]
    public void A_flipped_bit_in_message_or_signature_is_refused() =>
        Gen.Select(Curves, Gen.Byte.Array[1, 100], Gen.Int[0, 511], Gen.Int[0, 799]).Sample(
            (curve, message, signatureBit, messageBit) =>
            {
                using var key = PrivateKey.Generate(curve);
                var signature = key.Sign(message);

                Assert.False(key.PublicKey.Verify(message, Flip(signature, signatureBit), allowHighS: true));
                Assert.False(key.PublicKey.Verify(Flip(message, messageBit % (message.Length * 8)), signature));
                Assert.True(key.PublicKey.Verify(message, signature));
            },
            iter: 60);

    [Fact]
    public void The_high_twin_of_a_signature_is_for_tokens_only() => Gen.Select(Curves, Gen.Byte.Array).Sample(
        (curve, message) =>
        {
            using var key = PrivateKey.Generate(curve);
            var signature = key.Sign(message);
            var high = Negate(curve, signature);

            Assert.False(key.PublicKey.Verify(message, high));
            Assert.True(key.PublicKey.Verify(message, high, allowHighS: true));
        },
        iter: 30);

    [Fact]
    public void Random_bytes_are_keys_or_format_errors() => Gen.Select(Curves, Gen.Byte.Array[0, 70], Gen.Int[0, 9]).Sample(
        (curve, bytes, shape) =>
        {
            // Some shapes are steered past the length and prefix checks, to reach the arithmetic.
            var point = shape switch
            {
                0 => [2, .. Fill(bytes, 32)],
                1 => [3, .. Fill(bytes, 32)],
                2 => [4, .. Fill(bytes, 64)],
                3 => [6, .. Fill(bytes, 64)],
                4 => [2, .. Enumerable.Repeat((byte)0xFF, 32)],
                _ => bytes,
            };
            _ = PublicKey.TryFromPoint(curve, point, out _);
            byte[] prefix = curve == KeyCurve.P256 ? [0x80, 0x24] : [0xE7, 0x01];
            Refuses(() => PublicKey.ParseDidKey("did:key:" + Multibase.Encode([.. prefix, .. point])));
            Refuses(() => PublicKey.ParseDidKey(Encoding.Latin1.GetString(bytes)));
            Refuses(() => PublicKey.ParseMultibase("z" + Encoding.Latin1.GetString(bytes)));
            Refuses(() => PrivateKey.FromBytes(curve, bytes).Dispose());
        },
        iter: 500);

    [Fact]
    public void Random_signatures_are_refused_without_a_fuss()
    {
        using var p256 = PrivateKey.Generate(KeyCurve.P256);
        using var k256 = PrivateKey.Generate(KeyCurve.K256);
        Gen.Select(Gen.Byte.Array[0, 80], Gen.Int[0, 5]).Sample(
            (bytes, shape) =>
            {
                var signature = shape switch
                {
                    0 => new byte[64],
                    1 => [.. Enumerable.Repeat((byte)0xFF, 64)],
                    2 => [.. new byte[32], .. Fill(bytes, 32)],
                    3 => [.. Fill(bytes, 32), .. new byte[32]],
                    4 => Fill(bytes, 64),
                    _ => bytes,
                };
                Assert.False(p256.PublicKey.Verify("message"u8, signature, allowHighS: true));
                Assert.False(k256.PublicKey.Verify("message"u8, signature, allowHighS: true));
            },
            iter: 200);
    }

    [Theory]
    [InlineData("")]
    [InlineData("did:key:")]
    [InlineData("did:key:z")]
    [InlineData("did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK")] // Ed25519
    [InlineData("did:key:zQ3shokFTS3brHcDQrn82RUDfCZESWL1ZdCEJwekUDPQiYBm")]
    [InlineData("did:key:zQ3shokFTS3brHcDQrn82RUDfCZESWL1ZdCEJwekUDPQiYBmee")]
    [InlineData("did:key:z1Q3shokFTS3brHcDQrn82RUDfCZESWL1ZdCEJwekUDPQiYBme")]
    [InlineData("did:key:Q3shokFTS3brHcDQrn82RUDfCZESWL1ZdCEJwekUDPQiYBme")]
    [InlineData(" did:key:zQ3shokFTS3brHcDQrn82RUDfCZESWL1ZdCEJwekUDPQiYBme")]
    [InlineData("did:key:zQ3shokFTS3brHcDQrn82RUDfCZESWL1ZdCEJwekUDPQiYBme ")]
    [InlineData("did:plc:zQ3shokFTS3brHcDQrn82RUDfCZESWL1ZdCEJwekUDPQiYBme")]
    [InlineData(null)]
    public void Refuses_what_is_not_a_did_key_of_the_curves(string? text) => Assert.False(PublicKey.TryParseDidKey(text, out _));

    [Theory]
    [InlineData(KeyCurve.P256, "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551")]
    [InlineData(KeyCurve.K256, "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141")]
    [InlineData(KeyCurve.K256, "0000000000000000000000000000000000000000000000000000000000000000")]
    public void Refuses_a_scalar_out_of_range(KeyCurve curve, string hex) =>
        Assert.Throws<FormatException>(() => PrivateKey.FromBytes(curve, Convert.FromHexString(hex)));

    [Theory]
    [InlineData(KeyCurve.P256, "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632550")]
    [InlineData(KeyCurve.K256, "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364140")]
    [InlineData(KeyCurve.P256, "0000000000000000000000000000000000000000000000000000000000000001")]
    [InlineData(KeyCurve.K256, "0000000000000000000000000000000000000000000000000000000000000001")]
    public void Signs_with_the_scalars_at_the_edge(KeyCurve curve, string hex)
    {
        using var key = PrivateKey.FromBytes(curve, Convert.FromHexString(hex));

        Assert.True(key.PublicKey.Verify("edge"u8, key.Sign("edge"u8)));
    }

    [Fact]
    public async Task One_key_serves_many_threads()
    {
        foreach (var curve in Enum.GetValues<KeyCurve>())
        {
            using var key = PrivateKey.Generate(curve);
            var shared = PublicKey.ParseDidKey(key.PublicKey.ToDidKey());
            var failures = 0;
            await Parallel.ForAsync(0, 400, new ParallelOptions { MaxDegreeOfParallelism = 8 }, (number, _) =>
            {
                var message = BitConverter.GetBytes(number);
                Interlocked.Add(ref failures, shared.Verify(message, key.Sign(message)) ? 0 : 1);
                return ValueTask.CompletedTask;
            });

            Assert.Equal(0, failures);
        }
    }

    [Theory]
    [InlineData(KeyCurve.P256)]
    [InlineData(KeyCurve.K256)]
    public void A_disposed_key_neither_signs_nor_exports(KeyCurve curve)
    {
        var key = PrivateKey.Generate(curve);
        key.Dispose();
        key.Dispose();

        Assert.Throws<ObjectDisposedException>(() => key.Sign("message"u8));
        Assert.Throws<ObjectDisposedException>(key.Export);
    }

    [Fact]
    public void Reads_compressed_and_uncompressed_points_as_the_same_key()
    {
        using var platform = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var point = platform.ExportParameters(includePrivateParameters: false).Q;
        byte[] uncompressed = [4, .. point.X!, .. point.Y!];

        Assert.True(PublicKey.TryFromPoint(KeyCurve.P256, uncompressed, out var key));
        Assert.True(PublicKey.TryFromPoint(KeyCurve.P256, key.CompressedBytes, out var same));
        Assert.Equal(key, same);
        Assert.True(same.Verify("x"u8, platform.SignData("x"u8, HashAlgorithmName.SHA256), allowHighS: true));
        uncompressed[64] ^= 1;
        Assert.False(PublicKey.TryFromPoint(KeyCurve.P256, uncompressed, out _));
    }

    [Fact]
    public void Base58_brings_every_byte_string_back() => Gen.Byte.Array[0, 256].Sample(bytes =>
    {
        Assert.True(Base58.TryDecode(Base58.Encode(bytes), out var decoded));
        Assert.Equal(bytes, decoded);
    });

    [Theory]
    [InlineData("", "")]
    [InlineData("00", "1")]
    [InlineData("0000287fb4cd", "11233QC4")]
    [InlineData("48656c6c6f20576f726c6421", "2NEpo7TZRRrLZSi2U")]
    public void Base58_is_bitcoins(string hex, string text)
    {
        Assert.Equal(text, Base58.Encode(Convert.FromHexString(hex)));
        Assert.True(Base58.TryDecode(text, out var bytes));
        Assert.Equal(hex, Convert.ToHexStringLower(bytes));
    }

    [Theory]
    [InlineData("0")]
    [InlineData("2NEpo7TZRRrLZSi2O")]
    [InlineData("2NEpo7TZRRrLZSi2é")]
    [InlineData(" 2NEpo7TZRRrLZSi2U")]
    public void Base58_refuses_strange_characters(string text) => Assert.False(Base58.TryDecode(text, out _));

    [Fact]
    public void Base58_refuses_texts_that_would_take_long() => Assert.False(Base58.TryDecode(new string('z', 513), out _));

    private static List<JsonElement> Read(string file)
    {
        var path = Path.Combine(AppContext.BaseDirectory, "Vectors", "crypto", file);
        using var document = JsonDocument.Parse(File.ReadAllBytes(path));
        return [.. document.RootElement.Clone().EnumerateArray()];
    }

    // A commit's map has six entries; `sig` is a text key of three characters and 64 bytes.
    private static byte[] WithoutSignature(string commitHex, string signatureHex) =>
        Convert.FromHexString("a5" + commitHex.Replace("637369675840" + signatureHex, "", StringComparison.Ordinal)[2..]);

    private static byte[] Negate(KeyCurve curve, byte[] signature)
    {
        var order = new System.Numerics.BigInteger(
            Convert.FromHexString(curve == KeyCurve.P256
                ? "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551"
                : "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141"),
            isUnsigned: true,
            isBigEndian: true);
        var s = new System.Numerics.BigInteger(signature.AsSpan(32), isUnsigned: true, isBigEndian: true);
        var negated = (order - s).ToByteArray(isUnsigned: true, isBigEndian: true);
        return [.. signature[..32], .. new byte[32 - negated.Length], .. negated];
    }

    private static byte[] Fill(byte[] bytes, int length) => [.. bytes.Take(length), .. new byte[length - Math.Min(length, bytes.Length)]];

    private static byte[] Flip(byte[] bytes, int bit)
    {
        byte[] flipped = [.. bytes];
        flipped[bit / 8] ^= (byte)(1 << (bit % 8));
        return flipped;
    }

    private static void Refuses(Action parse)
    {
        var thrown = Record.Exception(parse);
        Assert.True(thrown is null or FormatException, thrown?.ToString());
    }

    private static byte[] Base64(string unpadded) => Convert.FromBase64String(unpadded.PadRight((unpadded.Length + 3) / 4 * 4, '='));
}
