using System.Text.Json;
using System.Text.Json.Nodes;
using AtProto;
using AtProto.Crypto;
using AtProto.Plc;

namespace Pds.Tests.Protocol;

public sealed class PlcLogTests : IDisposable
{
    private static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly PrivateKey _strong = PrivateKey.Generate(KeyCurve.P256);
    private readonly PrivateKey _weak = PrivateKey.Generate(KeyCurve.K256);
    private readonly PrivateKey _stranger = PrivateKey.Generate(KeyCurve.K256);

    public static TheoryData<string> ValidLogs() => Files("valid");

    public static TheoryData<string> InvalidLogs() => Files("invalid");

    [Theory]
    [MemberData(nameof(ValidLogs))]
    public void Accepts_the_published_valid_logs(string file)
    {
        var (json, entries) = Read("valid", file);

        var log = PlcLog.Validate(entries[0].Did, entries);

        Assert.Equal(entries.Count, log.Entries.Length);
        Assert.Equal(entries.Last(entry => !entry.Nullified).Operation.Cid, log.Last!.Cid);
        for (var i = 0; i < entries.Count; i++)
        {
            using var stream = new MemoryStream();
            using (var writer = new Utf8JsonWriter(stream))
            {
                log.Entries[i].WriteTo(writer);
            }

            Assert.True(JsonNode.DeepEquals(json[i], JsonNode.Parse(stream.ToArray())), $"{file} {i}");
        }
    }

    [Theory]
    [MemberData(nameof(InvalidLogs))]
    public void Refuses_the_published_invalid_logs(string file)
    {
        var (_, entries) = Read("invalid", file);

        Assert.Throws<PlcException>(() => PlcLog.Validate(entries[0].Did, entries));
    }

    [Theory]
    [MemberData(nameof(ValidLogs))]
    public void Refuses_a_log_that_lies_about_nullification_or_misses_its_start(string file)
    {
        var (_, entries) = Read("valid", file);
        for (var i = 0; i < entries.Count; i++)
        {
            List<PlcLogEntry> lying = [.. entries];
            lying[i] = lying[i] with { Nullified = !lying[i].Nullified };
            Assert.Throws<PlcException>(() => PlcLog.Validate(entries[0].Did, lying));
        }

        Assert.Throws<PlcException>(() => PlcLog.Validate(entries[0].Did, [.. entries.Skip(1)]));
        Assert.Throws<PlcException>(() => PlcLog.Validate(Did.Parse("did:plc:aaaaaaaaaaaaaaaaaaaaaaaa"), entries));
    }

    [Fact]
    public void A_recovery_takes_back_all_that_followed()
    {
        var log = Genesis();
        var first = log.Last!;
        log = log.Append(PlcOperation.Update(Data("b.test"), first.Cid).Sign(_weak), Start.AddHours(1));
        log = log.Append(PlcOperation.Tombstone(log.Last!.Cid).Sign(_strong), Start.AddHours(2));

        var recovered = log.Append(PlcOperation.Update(Data("c.test"), first.Cid).Sign(_strong), Start.AddHours(3));

        Assert.Equal([false, true, true, false], recovered.Entries.Select(entry => entry.Nullified));
        Assert.Equal(Handle.Parse("c.test"), recovered.Last!.Data!.Handle);
        Assert.Equal([false, false, false], log.Entries.Select(entry => entry.Nullified));
        Assert.Throws<PlcException>(() =>
            recovered.Append(PlcOperation.Update(Data("d.test"), log.Last!.Cid).Sign(_strong), Start.AddHours(4)));
    }

    [Theory]
    [InlineData(72, 0, true)]
    [InlineData(72, 1, false)]
    [InlineData(0, 0, false)]
    public void A_recovery_has_seventy_two_hours_and_comes_later(int hours, int milliseconds, bool isTaken)
    {
        var log = Genesis();
        var first = log.Last!;
        log = log.Append(PlcOperation.Update(Data("b.test"), first.Cid).Sign(_weak), Start);
        var recovery = PlcOperation.Update(Data("c.test"), first.Cid).Sign(_strong);

        var refusal = Record.Exception(() => log.Append(recovery, Start.AddHours(hours).AddMilliseconds(milliseconds)));

        Assert.Equal(isTaken, refusal is null);
        Assert.True(refusal is null or PlcException, refusal?.ToString());
    }

    [Fact]
    public void A_key_does_not_take_back_its_own_or_a_stronger_ones_operation()
    {
        var log = Genesis();
        var first = log.Last!;
        var byWeak = log.Append(PlcOperation.Update(Data("b.test"), first.Cid).Sign(_weak), Start);
        var byStrong = log.Append(PlcOperation.Update(Data("b.test"), first.Cid).Sign(_strong), Start);

        Assert.Throws<PlcException>(() => byWeak.Append(PlcOperation.Update(Data("c.test"), first.Cid).Sign(_weak), Start.AddHours(1)));
        Assert.Throws<PlcException>(() => byStrong.Append(PlcOperation.Update(Data("c.test"), first.Cid).Sign(_weak), Start.AddHours(1)));
        Assert.Throws<PlcException>(() => byStrong.Append(PlcOperation.Update(Data("c.test"), first.Cid).Sign(_strong), Start.AddHours(1)));
    }

    [Fact]
    public void Strangers_tombstones_and_loose_ends_are_refused()
    {
        var log = Genesis();
        var first = log.Last!;

        Assert.Throws<PlcException>(() => log.Append(PlcOperation.Update(Data("b.test"), first.Cid).Sign(_stranger), Start));
        Assert.Throws<PlcException>(() => log.Append(PlcOperation.Update(Data("b.test"), first.Cid), Start));
        Assert.Throws<PlcException>(() => log.Append(first, Start));
        Assert.Throws<PlcException>(() =>
            log.Append(PlcOperation.Update(Data("b.test"), Cid.Compute(CidCodec.DagCbor, "x"u8)).Sign(_strong), Start));
        Assert.Throws<PlcException>(() => PlcLog.Empty(first.Did).Append(PlcOperation.Genesis(Data("b.test")).Sign(_stranger), Start));
        Assert.Throws<PlcException>(() => PlcLog.Empty(first.Did).Append(PlcOperation.Genesis(Data("b.test")).Sign(_weak), Start));
        Assert.Throws<PlcException>(() => PlcLog.Empty(first.Did).Append(PlcOperation.Tombstone(first.Cid).Sign(_weak), Start));

        var ended = log.Append(PlcOperation.Tombstone(first.Cid).Sign(_weak), Start);
        Assert.Null(ended.Last!.Data);
        Assert.Throws<PlcException>(() => ended.Append(PlcOperation.Update(Data("b.test"), ended.Last!.Cid).Sign(_strong), Start));
    }

    public void Dispose()
    {
        _strong.Dispose();
        _weak.Dispose();
        _stranger.Dispose();
    }

    private PlcLog Genesis()
    {
        var genesis = PlcOperation.Genesis(Data("a.test")).Sign(_weak);
        return PlcLog.Empty(genesis.Did).Append(genesis, Start);
    }

    private PlcData Data(string handle) => PlcData.ForAccount(
        Handle.Parse(handle), _weak.PublicKey.ToDidKey(), "https://pds.test", [_strong.PublicKey.ToDidKey(), _weak.PublicKey.ToDidKey()]);

    private static TheoryData<string> Files(string kind)
    {
        var files = Directory.GetFiles(Folder(kind), "*.json").Select(Path.GetFileName).Order(StringComparer.Ordinal);
        return new TheoryData<string>(files!);
    }

    private static (JsonArray Json, List<PlcLogEntry> Entries) Read(string kind, string file)
    {
        var bytes = File.ReadAllBytes(Path.Combine(Folder(kind), file));
        using var document = JsonDocument.Parse(bytes);
        var entries = new List<PlcLogEntry>();
        foreach (var json in document.RootElement.EnumerateArray())
        {
            Assert.True(PlcLogEntry.TryParse(json, out var entry), json.GetRawText());
            entries.Add(entry);
        }

        return (JsonNode.Parse(bytes)!.AsArray(), entries);
    }

    private static string Folder(string kind) => Path.Combine(AppContext.BaseDirectory, "Vectors", "plc", "audit_log", kind);
}
