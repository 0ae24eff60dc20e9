using System.Formats.Cbor;
using AtProto;
using AtProto.Cbor;
using AtProto.Data;
using CsCheck;
using CborReader = AtProto.Cbor.CborReader;
using CborWriter = AtProto.Cbor.CborWriter;

namespace Pds.Tests.Protocol;

public sealed class CborTests
{
    private static readonly Gen<object?> Value = Gen.Recursive<object?>((depth, inner) =>
    {
        var scalar = Gen.OneOf<object?>(
            Gen.Long.Select(value => (object?)value),
            Gen.String[Gen.Char.AlphaNumeric, 0, 40].Select(value => (object?)value),
            Gen.Byte.Array[0, 300].Select(value => (object?)value),
            Gen.Bool.Select(value => (object?)value),
            Gen.Byte.Array[0, 9].Select(value => (object?)Cid.Compute(CidCodec.Raw, value)),
            Gen.Const<object?>(default(string)!));
        return depth > 4
            ? scalar
            : Gen.Frequency(
                (3, scalar),
                (1, inner.Array[0, 6].Select(value => (object?)value)),
                (1, Gen.Select(Gen.String[Gen.Char.AlphaNumeric, 0, 12], inner).Array[0, 6].Select(
                    value => (object?)value.DistinctBy(entry => entry.Item1).ToDictionary(entry => entry.Item1, entry => entry.Item2))));
    });

    [Fact]
    public void What_is_written_is_canonical_and_as_the_framework_writes_it() => Value.Sample(value =>
    {
        var bytes = Encode(value);
        var oracle = new System.Formats.Cbor.CborWriter(CborConformanceMode.Canonical);
        EncodeByOracle(oracle, value);

        CborValidator.Validate(bytes);
        Assert.Equal(oracle.Encode(), bytes);
    });

    [Fact]
    public void Spoilt_bytes_are_refused_or_read_but_do_no_harm() => Gen.Select(Value, Gen.Byte.Array[1, 6], Gen.Int[0, 4000]).Sample(
        (value, noise, at) =>
        {
            var bytes = Encode(value);
            noise.AsSpan(0, Math.Min(noise.Length, bytes.Length)).CopyTo(bytes.AsSpan(at % Math.Max(1, bytes.Length - noise.Length + 1)));
            var cut = bytes.AsSpan(0, bytes.Length - (at % Math.Min(3, bytes.Length)));
            var before = GC.GetAllocatedBytesForCurrentThread();

            var isValid = CborValidator.IsValid(cut);

            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 8192);
            if (isValid)
            {
                BlobReferences.Find(cut);
            }
        });

    [Theory]
    [InlineData("1800")] // 0 in two bytes
    [InlineData("190010")] // 16 in three
    [InlineData("1a0000ffff")] // 65535 in five
    [InlineData("1b00000000ffffffff")] // 2^32 - 1 in nine
    [InlineData("1bffffffffffffffff")] // beyond 64 bits with a sign
    [InlineData("fb3ff8000000000000")] // 1.5
    [InlineData("f93e00")] // 1.5 in half
    [InlineData("f97e00")] // NaN
    [InlineData("f7")] // undefined
    [InlineData("f800")] // simple value
    [InlineData("9f01ff")] // indefinite array
    [InlineData("7f6161ff")] // indefinite text
    [InlineData("bf616101ff")] // indefinite map
    [InlineData("ff")] // break
    [InlineData("c11a514b67b0")] // tag 1
    [InlineData("d82a4101")] // link without its zero
    [InlineData("d82a420001")] // link that is no CID
    [InlineData("d82a6161")] // link in text
    [InlineData("61ff")] // not UTF-8
    [InlineData("a2616201616102")] // keys out of order
    [InlineData("a2616101616102")] // a key twice
    [InlineData("a2626161016162a0")] // longer key first
    [InlineData("a10102")] // integer key
    [InlineData("0000")] // two values
    [InlineData("")] // none
    [InlineData("6461")] // cut short
    [InlineData("9b7fffffffffffffff")] // an array of 2^63 - 1
    [InlineData("bbffffffffffffffff")] // a map of 2^64 - 1
    [InlineData("5b7fffffffffffffff00")] // bytes of 2^63 - 1
    public void What_is_not_canonical_is_refused(string hex) =>
        Assert.Throws<CborException>(() => CborValidator.Validate(Convert.FromHexString(hex)));

    [Fact]
    public void Nesting_is_bounded()
    {
        var deep = Enumerable.Repeat((byte)0x81, 100_000).Append((byte)0).ToArray();

        Assert.Throws<CborException>(() => CborValidator.Validate(deep));
        Assert.Throws<CborException>(() => new CborReader(deep).Skip().Length);
    }

    private static byte[] Encode(object? value)
    {
        using var writer = new CborWriter(16);
        Encode(writer, value);
        return writer.ToArray();
    }

    private static void Encode(CborWriter writer, object? value)
    {
        switch (value)
        {
            case null: writer.WriteNull(); break;
            case long integer: writer.WriteInt64(integer); break;
            case string text: writer.WriteText(text); break;
            case byte[] bytes: writer.WriteBytes(bytes); break;
            case bool boolean: writer.WriteBoolean(boolean); break;
            case Cid cid: writer.WriteCid(cid); break;
            case object?[] items:
                writer.WriteArrayHeader(items.Length);
                foreach (var item in items)
                {
                    Encode(writer, item);
                }

                break;
            case Dictionary<string, object?> map:
                writer.WriteMapHeader(map.Count);
                foreach (var (key, item) in map.OrderBy(entry => entry.Key.Length).ThenBy(entry => entry.Key, StringComparer.Ordinal))
                {
                    writer.WriteText(key);
                    Encode(writer, item);
                }

                break;
        }
    }

    private static void EncodeByOracle(System.Formats.Cbor.CborWriter writer, object? value)
    {
        switch (value)
        {
            case null: writer.WriteNull(); break;
            case long integer: writer.WriteInt64(integer); break;
            case string text: writer.WriteTextString(text); break;
            case byte[] bytes: writer.WriteByteString(bytes); break;
            case bool boolean: writer.WriteBoolean(boolean); break;
            case Cid cid:
                writer.WriteTag((CborTag)42);
                writer.WriteByteString([0, .. cid.ToBytes()]);
                break;
            case object?[] items:
                writer.WriteStartArray(items.Length);
                foreach (var item in items)
                {
                    EncodeByOracle(writer, item);
                }

                writer.WriteEndArray();
                break;
            case Dictionary<string, object?> map:
                writer.WriteStartMap(map.Count);
                foreach (var (key, item) in map)
                {
                    writer.WriteTextString(key);
                    EncodeByOracle(writer, item);
                }

                writer.WriteEndMap();
                break;
        }
    }
}
