using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using AtProto;
using AtProto.Crypto;
using AtProto.Identity;
using AtProto.Plc;
using CsCheck;
using Org.BouncyCastle.Asn1.X9;
using Org.BouncyCastle.Crypto.Digests;
using Org.BouncyCastle.Crypto.EC;
using Org.BouncyCastle.Crypto.Parameters;
using Org.BouncyCastle.Crypto.Signers;
using Org.BouncyCastle.Math;

namespace Pds.Tests.Protocol;

public sealed class PlcOperationTests
{
    private static readonly JsonElement Reference = ReadReference();

    private static readonly Did Did = Did.Parse("did:plc:h3bntexsc2ypt72bxn3ifpz5");

    public static TheoryData<int, string> Operations()
    {
        var data = new TheoryData<int, string>();
        var operations = Reference.GetProperty("operations");
        for (var i = 0; i < operations.GetArrayLength(); i++)
        {
            data.Add(i, operations[i].GetProperty("name").GetString()!);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(Operations))]
    public void Encodes_and_names_the_reference_operations(int index, string name)
    {
        var vector = Reference.GetProperty("operations")[index];

        Assert.True(PlcOperation.TryParse(vector.GetProperty("op"), out var operation), name);
        Assert.Equal(vector.GetProperty("signedCborHex").GetString(), Convert.ToHexStringLower(operation.EncodeSigned()));
        Assert.Equal(vector.GetProperty("cid").GetString(), operation.Cid.ToString());
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(operation.ToJson()), JsonNode.Parse(vector.GetProperty("op").GetRawText())));
        if (vector.TryGetProperty("unsignedCborHex", out var unsigned))
        {
            Assert.Equal(unsigned.GetString(), Convert.ToHexStringLower(operation.EncodeUnsigned()));
            Assert.Equal(Did, operation.Did);
        }
    }

    [Fact]
    public void Reproduces_the_reference_operations_from_their_data()
    {
        using var server = Key("serverRotation");
        using var recovery = Key("recovery");
        var data = PlcData.ForAccount(
            Handle.Parse("alice.pds.example.com"),
            Reference.GetProperty("keys").GetProperty("signing").GetProperty("didKey").GetString()!,
            "https://pds.example.com",
            [recovery.PublicKey.ToDidKey(), server.PublicKey.ToDidKey()]);

        var genesis = PlcOperation.Genesis(data).Sign(server);
        var update = PlcOperation.Update(data.WithHandle(Handle.Parse("alice.example.com")), genesis.Cid).Sign(server);
        var tombstone = PlcOperation.Tombstone(update.Cid);

        Assert.Equal(Cid(0), genesis.Cid.ToString());
        Assert.Equal(Did, genesis.Did);
        Assert.Equal(Cid(1), update.Cid.ToString());

        // P-256 signs with a random nonce here, so its vector is signed by hand.
        var signed = JsonNode.Parse(tombstone.ToJson())!.AsObject();
        signed["sig"] = Convert.ToBase64String(SignDeterministically(recovery, tombstone.EncodeUnsigned()))
            .TrimEnd('=').Replace('+', '-').Replace('/', '_');
        Assert.True(PlcOperation.TryParse(Encoding.UTF8.GetBytes(signed.ToJsonString()), out var last));
        Assert.Equal(Cid(2), last.Cid.ToString());
    }

    [Fact]
    public void Prints_the_document_of_the_directory()
    {
        Assert.True(PlcOperation.TryParse(Reference.GetProperty("operations")[1].GetProperty("op"), out var update));

        var document = DidDocument.FromPlc(Did, update.Data!).ToJson();

        Assert.Equal(
            JsonSerializer.Serialize(Reference.GetProperty("didDocumentAfterUpdate")),
            JsonSerializer.Serialize(JsonSerializer.Deserialize<JsonElement>(document)));
    }

    [Fact]
    public void A_handle_takes_the_place_of_the_old_one()
    {
        var data = PlcData.ForAccount(Handle.Parse("a.test"), "did:key:z1", "https://pds.test", []);
        var bob = Handle.Parse("bob.test");

        Assert.Equal(["at://bob.test"], data.WithHandle(bob).AlsoKnownAs);
        Assert.Equal(
            ["https://a.test", "at://bob.test", "at://b.test"],
            (data with { AlsoKnownAs = ["https://a.test", "at://a.test", "at://b.test"] }).WithHandle(bob).AlsoKnownAs);
        Assert.Equal(
            ["at://bob.test", "https://a.test"], (data with { AlsoKnownAs = ["https://a.test"] }).WithHandle(bob).AlsoKnownAs);
        Assert.Equal(bob, data.WithHandle(bob).Handle);
    }

    [Fact]
    public void Maps_of_any_order_encode_canonically()
    {
        var data = PlcData.ForAccount(Handle.Parse("a.test"), "did:key:z1", "https://pds.test", []);
        var names = new[] { "b", "aa", "a", "ab", "é", "c" };
        var shuffled = ImmutableSortedDictionary.CreateRange(names.Select(name => KeyValuePair.Create(name, "did:key:z" + name)));
        var straight = PlcData.NoVerificationMethods.AddRange(names.Reverse().Select(name => KeyValuePair.Create(name, "did:key:z" + name)));

        Assert.Equal(["a", "b", "c", "aa", "ab", "é"], (data with { VerificationMethods = shuffled }).VerificationMethods.Keys);
        Assert.Equal(
            PlcOperation.Genesis(data with { VerificationMethods = shuffled }).EncodeUnsigned(),
            PlcOperation.Genesis(data with { VerificationMethods = straight }).EncodeUnsigned());
    }

    [Theory]
    [InlineData("""{"type":"plc_tombstone","prev":null,"sig":"x"}""")]
    [InlineData("""{"type":"plc_tombstone","sig":"x"}""")]
    [InlineData("""{"type":"plc_tombstone","prev":"bafy","sig":"x"}""")]
    [InlineData("""{"type":"plc_tombstone","prev":"bafyreib6ylmzf4qwwd476qn3o2bl6pkdsdg76yanhdu27o6k5fnhk6zcca","sig":"x","more":1}""")]
    [InlineData("""{"type":"plc_tombstone","type":"plc_tombstone","prev":"bafyreib6ylmzf4qwwd476qn3o2bl6pkdsdg76yanhdu27o6k5fnhk6zcca"}""")]
    [InlineData("""{"type":"plc_grave","prev":"bafyreib6ylmzf4qwwd476qn3o2bl6pkdsdg76yanhdu27o6k5fnhk6zcca","sig":"x"}""")]
    [InlineData("""{"type":"plc_tombstone","prev":"bafyreib6ylmzf4qwwd476qn3o2bl6pkdsdg76yanhdu27o6k5fnhk6zcca","sig":1}""")]
    [InlineData("""{"type":"plc_tombstone","prev":"bafyreib6ylmzf4qwwd476qn3o2bl6pkdsdg76yanhdu27o6k5fnhk6zcca","sig":"\ud800"}""")]
    [InlineData("""{"type":"plc_operation","rotationKeys":[],"verificationMethods":{},"alsoKnownAs":[],"services":{"a":{"type":"b"}},"prev":null}""")]
    [InlineData("""{"type":"plc_operation","rotationKeys":[1],"verificationMethods":{},"alsoKnownAs":[],"services":{},"prev":null}""")]
    [InlineData("""{"type":"plc_operation","rotationKeys":[],"verificationMethods":{"\ud800":"a"},"alsoKnownAs":[],"services":{},"prev":null}""")]
    [InlineData("""{"type":"plc_operation","rotationKeys":[],"verificationMethods":[],"alsoKnownAs":[],"services":{},"prev":null}""")]
    [InlineData("""{"type":"plc_operation","rotationKeys":[],"verificationMethods":{},"alsoKnownAs":[],"services":{}}""")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("")]
    [InlineData("{")]
    public void Refuses_what_has_not_the_members_of_an_operation(string json) =>
        Assert.False(PlcOperation.TryParse(Encoding.UTF8.GetBytes(json), out _));

    [Fact]
    public void A_damaged_operation_is_parsed_or_refused() =>
        Gen.Select(Gen.Int[0, 2], Gen.Int[0, 4000], Gen.Byte, Gen.Byte.Array[0, 40]).Sample((index, at, value, junk) =>
        {
            var json = Encoding.UTF8.GetBytes(Reference.GetProperty("operations")[index].GetProperty("op").GetRawText());
            json[at % json.Length] = value;
            _ = PlcOperation.TryParse(json, out var operation);
            _ = operation?.FindSigner(["did:key:zQ3shT9y5ZZ8vqcefRpM6X86TryjUhPzuWNDYKwAFjsXgoNNV", "junk"]);
            _ = PlcOperation.TryParse(junk, out _);
        });

    [Fact]
    public void Limits_of_the_directory_are_told()
    {
        using var key = Key("serverRotation");
        var didKey = key.PublicKey.ToDidKey();
        var data = PlcData.ForAccount(Handle.Parse("alice.test"), didKey, "https://pds.test", [didKey]);
        string? Fault(PlcData changed) => PlcDirectoryRules.FindFault(PlcOperation.Genesis(changed).Sign(key));
        ImmutableArray<string> Names(int count, int length) => [.. Enumerable.Range(0, count).Select(i => $"{i:D2}".PadRight(length, 'x'))];
        ImmutableSortedDictionary<string, string> Methods(string name, string value) => PlcData.NoVerificationMethods.Add(name, value);
        ImmutableSortedDictionary<string, PlcService> Services(string name, string type, string endpoint) =>
            PlcData.NoServices.Add(name, new PlcService(type, endpoint));

        Assert.Null(Fault(data));
        Assert.Null(Fault(data with { AlsoKnownAs = Names(10, 258) }));
        Assert.StartsWith("Too many alsoKnownAs", Fault(data with { AlsoKnownAs = Names(11, 5) }), StringComparison.Ordinal);
        Assert.StartsWith("alsoKnownAs entry too long", Fault(data with { AlsoKnownAs = Names(1, 259) }), StringComparison.Ordinal);
        Assert.StartsWith("duplicate alsoKnownAs", Fault(data with { AlsoKnownAs = ["a", "a"] }), StringComparison.Ordinal);
        Assert.Null(Fault(data with { RotationKeys = [.. Enumerable.Repeat(didKey, 10)] }));
        Assert.StartsWith(
            "Too many rotationKey", Fault(data with { RotationKeys = [.. Enumerable.Repeat(didKey, 11)] }), StringComparison.Ordinal);
        Assert.StartsWith(
            "Invalid rotationKey",
            Fault(data with { RotationKeys = ["did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK"] }),
            StringComparison.Ordinal);
        Assert.Null(Fault(data with { Services = Services(new('n', 32), new('t', 256), new('e', 512)) }));
        Assert.StartsWith("Service id", Fault(data with { Services = Services(new('n', 33), "t", "e") }), StringComparison.Ordinal);
        Assert.StartsWith("Service type", Fault(data with { Services = Services("n", new('t', 257), "e") }), StringComparison.Ordinal);
        Assert.StartsWith("Service endpoint", Fault(data with { Services = Services("n", "t", new('e', 513)) }), StringComparison.Ordinal);
        Assert.StartsWith(
            "Too many service",
            Fault(data with { Services = PlcData.NoServices.AddRange(Names(11, 3).Select(n => KeyValuePair.Create(n, new PlcService("t", "e")))) }),
            StringComparison.Ordinal);
        Assert.Null(Fault(data with { VerificationMethods = Methods(new('n', 32), "did:key:z6MkhaXgBZDvotDkL5257faiztiGiC2QtKLGpbnnEGta2doK") }));
        Assert.StartsWith(
            "Verification Method id", Fault(data with { VerificationMethods = Methods(new('n', 33), didKey) }), StringComparison.Ordinal);
        Assert.StartsWith(
            "Verification Method key",
            Fault(data with { VerificationMethods = Methods("n", "did:key:z" + new string('1', 248)) }),
            StringComparison.Ordinal);
        Assert.StartsWith(
            "Invalid verificationMethod", Fault(data with { VerificationMethods = Methods("n", "did:key:z0") }), StringComparison.Ordinal);
        Assert.StartsWith(
            "Invalid verificationMethod", Fault(data with { VerificationMethods = Methods("n", "zabc") }), StringComparison.Ordinal);
        Assert.StartsWith(
            "Operation too large",
            Fault(data with
            {
                AlsoKnownAs = Names(10, 258),
                Services = PlcData.NoServices.AddRange(Names(3, 3).Select(n => KeyValuePair.Create(n, new PlcService("t", new('e', 500))))),
            }),
            StringComparison.Ordinal);
    }

    private static string Cid(int index) => Reference.GetProperty("operations")[index].GetProperty("cid").GetString()!;

    private static PrivateKey Key(string name)
    {
        var key = Reference.GetProperty("keys").GetProperty(name);
        var curve = key.GetProperty("type").GetString() == "k256" ? KeyCurve.K256 : KeyCurve.P256;
        return PrivateKey.FromBytes(curve, Convert.FromHexString(key.GetProperty("privateKeyHex").GetString()!));
    }

    private static byte[] SignDeterministically(PrivateKey key, byte[] message)
    {
        X9ECParameters curve = CustomNamedCurves.GetByName("secp256r1");
        var signer = new ECDsaSigner(new HMacDsaKCalculator(new Sha256Digest()));
        signer.Init(true, new ECPrivateKeyParameters(new BigInteger(1, key.Export()), new ECDomainParameters(curve)));
        var parts = signer.GenerateSignature(System.Security.Cryptography.SHA256.HashData(message));
        var s = parts[1].CompareTo(curve.N.ShiftRight(1)) > 0 ? curve.N.Subtract(parts[1]) : parts[1];
        return [.. Pad(parts[0]), .. Pad(s)];
    }

    private static byte[] Pad(BigInteger value)
    {
        var bytes = value.ToByteArrayUnsigned();
        return [.. new byte[32 - bytes.Length], .. bytes];
    }

    private static JsonElement ReadReference()
    {
        var path = Path.Combine(AppContext.BaseDirectory, "Vectors", "reference", "plc-operations.json");
        using var document = JsonDocument.Parse(File.ReadAllBytes(path));
        return document.RootElement.Clone();
    }
}
