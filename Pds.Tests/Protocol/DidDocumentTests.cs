using System.Text;
using System.Text.Json;
using AtProto;
using AtProto.Crypto;
using AtProto.Identity;
using CsCheck;

namespace Pds.Tests.Protocol;

public sealed class DidDocumentTests
{
    private const string K256 = "zQ3shokFTS3brHcDQrn82RUDfCZESWL1ZdCEJwekUDPQiYBme";

    [Theory]
    [InlineData("")]
    [InlineData("did:web:alice.test")]
    public void Reads_both_forms_of_id(string prefix)
    {
        var document = Parse($$"""
            {"@context":["x"],"id":"did:web:alice.test","alsoKnownAs":["https://alice.test","at://Alice.Test","at://second.test"],
             "verificationMethod":[{"id":"{{prefix}}#other","type":"Multikey","controller":"did:web:alice.test","publicKeyMultibase":"zx"},
               {"id":"{{prefix}}#atproto","type":"Multikey","controller":"did:web:alice.test","publicKeyMultibase":"{{K256}}"}],
             "service":[{"id":"{{prefix}}#bsky_chat","type":"Chat","serviceEndpoint":{ "uri": "x" } },
               {"id":"{{prefix}}#atproto_pds","type":"AtprotoPersonalDataServer","serviceEndpoint":"https://pds.test"}]}
            """);

        Assert.Equal(Did.Parse("did:web:alice.test"), document.Id);
        Assert.Equal(Handle.Parse("alice.test"), document.Handle);
        Assert.Equal("did:key:" + K256, document.SigningKey?.ToDidKey());
        Assert.Equal("https://pds.test", document.PdsEndpoint);
        Assert.Equal("Chat", document.GetService("bsky_chat")?.Type);
        Assert.Null(document.GetService("bsky_chat")?.Endpoint);
        Assert.Null(document.GetService("bsky_chat", "Other"));
        Assert.Null(document.GetService("atproto"));
        Assert.Null(document.GetKey("other"));
    }

    public static TheoryData<string, string, string> LegacyKeys()
    {
        var data = new TheoryData<string, string, string>();
        var path = Path.Combine(AppContext.BaseDirectory, "Vectors", "crypto", "signature-fixtures.json");
        using var document = JsonDocument.Parse(File.ReadAllBytes(path));
        foreach (var vector in document.RootElement.EnumerateArray())
        {
            data.Add(
                vector.GetProperty("didDocSuite").GetString()!,
                vector.GetProperty("publicKeyMultibase").GetString()!,
                vector.GetProperty("publicKeyDid").GetString()!);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(LegacyKeys))]
    public void Reads_keys_of_the_legacy_types(string type, string multibase, string didKey)
    {
        var method = new DidVerificationMethod("#atproto", type, "did:web:a.test", multibase);

        Assert.Equal(didKey, method.ToPublicKey()?.ToDidKey());
        Assert.Null((method with { Type = "Multikey" }).ToPublicKey());
        Assert.Null((method with { PublicKeyMultibase = null }).ToPublicKey());
    }

    [Fact]
    public void Reads_an_uncompressed_legacy_key()
    {
        using var key = PrivateKey.Generate(KeyCurve.K256);
        var domain = Org.BouncyCastle.Crypto.EC.CustomNamedCurves.GetByName("secp256k1");
        var point = domain.Curve.DecodePoint(key.PublicKey.CompressedBytes.ToArray()).GetEncoded(false);

        var method = new DidVerificationMethod("#atproto", "EcdsaSecp256k1VerificationKey2019", "did:web:a.test", Multibase.Encode(point));

        Assert.Equal(key.PublicKey, method.ToPublicKey());
    }

    [Fact]
    public void First_match_wins_and_foreign_keys_do_not_count()
    {
        var document = Parse($$"""
            {"id":"did:web:a.test",
             "verificationMethod":[
               {"id":"#atproto","type":"Multikey","controller":"did:web:other.test","publicKeyMultibase":"zDnaembgSGUhZULN2Caob4HLJPaxBh92N7rtH21TErzqf8HQo"},
               {"id":"#atproto","type":"Multikey","publicKeyMultibase":"{{K256}}"}],
             "service":[{"id":"#atproto_pds","type":"AtprotoPersonalDataServer","serviceEndpoint":"ftp://pds.test"},
               {"id":"#atproto_pds","type":"AtprotoPersonalDataServer","serviceEndpoint":"https://pds.test"}]}
            """);

        Assert.Equal("did:key:" + K256, document.SigningKey?.ToDidKey());
        Assert.Null(document.PdsEndpoint);
        Assert.Null(document.Handle);
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("{}")]
    [InlineData("""{"id":"alice"}""")]
    [InlineData("""{"id":1}""")]
    [InlineData("")]
    [InlineData("""{"id":"did:web:a.test"}}""")]
    public void Refuses_what_has_no_did(string json)
    {
        Assert.False(DidDocument.TryParse(Encoding.UTF8.GetBytes(json), out _));
        Assert.Throws<FormatException>(() => Parse(json));
    }

    [Fact]
    public void Refuses_documents_that_are_too_long_or_too_deep()
    {
        Assert.False(DidDocument.TryParse(new byte[DidDocument.MaxLength + 1], out _));
        Assert.False(DidDocument.TryParse(
            Encoding.UTF8.GetBytes($$"""{"id":"did:web:a.test","x":{{new string('[', 40)}}{{new string(']', 40)}}}"""), out _));
    }

    [Theory]
    [InlineData("""{"id":"did:web:a.test","service":{},"verificationMethod":7,"alsoKnownAs":"at://a.test"}""")]
    [InlineData("""{"id":"did:web:a.test","service":[1,null,{}],"verificationMethod":[[],{"id":7}],"alsoKnownAs":[1,"\ud800",null]}""")]
    public void Passes_over_what_it_does_not_understand(string json)
    {
        var document = Parse(json);

        Assert.Empty(document.Services);
        Assert.Empty(document.VerificationMethods);
        Assert.Empty(document.AlsoKnownAs);
        Assert.Null(document.SigningKey);
    }

    [Fact]
    public void A_damaged_document_is_parsed_or_refused() => Gen.Select(Gen.Int[0, 2000], Gen.Byte, Gen.String).Sample((at, value, text) =>
    {
        var json = Encoding.UTF8.GetBytes($$"""
            {"id":"did:web:a.test","alsoKnownAs":["at://a\ud83d\ude00.test"],"\u0061\ud83d\ude00":1,
             "verificationMethod":[{"id":"#atproto","type":"Multikey","publicKeyMultibase":{{JsonSerializer.Serialize(text)}}}],
             "service":[{"id":"#atproto_pds","type":"AtprotoPersonalDataServer","serviceEndpoint":{{JsonSerializer.Serialize(text)}}}]}
            """);
        json[at % json.Length] = value;
        if (DidDocument.TryParse(json, out var document))
        {
            _ = (document.Handle, document.SigningKey, document.PdsEndpoint);
        }
    });

    private static DidDocument Parse(string json) => DidDocument.Parse(Encoding.UTF8.GetBytes(json));
}
