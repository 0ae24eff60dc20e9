using System.Globalization;
using System.Text.Json;
using AtProto;
using AtProto.Cbor;
using AtProto.Repo;
using AtProto.Stream;
using CsCheck;

namespace Pds.Tests.Protocol;

public sealed class EventFrameTests
{
    private static readonly Dictionary<string, (JsonElement Body, byte[] Frame)> Frames =
        JsonDocument.Parse(File.ReadAllBytes(Vectors.PathOf("reference/stream-frames.json"))).RootElement.EnumerateArray()
            .ToDictionary(
                frame => frame.GetProperty("name").GetString()!,
                frame => (frame.GetProperty("body"), Convert.FromHexString(frame.GetProperty("frameHex").GetString()!)));

    [Fact]
    public void A_frame_of_very_many_operations_is_refused_before_there_is_room_for_them()
    {
        byte[] frame =
        [
            0xa2, 0x61, .. "t"u8, 0x67, .. "#commit"u8, 0x62, .. "op"u8, 0x01,
            0xa1, 0x63, .. "ops"u8, 0x9a, 0x00, 0x01, 0x86, 0xa0, .. new byte[100_000],
        ];
        var before = GC.GetAllocatedBytesForCurrentThread();

        var refusal = Assert.ThrowsAny<FormatException>(() => FrameDecoder.Decode(frame));

        Assert.Contains("at most 200 operations", refusal.Message, StringComparison.Ordinal);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 500_000);
    }

    [Fact]
    public void A_commit_has_the_reference_s_bytes()
    {
        var (body, expected) = Frames["commit"];
        var car = CarReader.ReadAll(body.GetProperty("blocks").GetProperty("$bytes").GetString()!.FromUnpadded());
        Assert.True(SignedCommit.TryDecode(car.Blocks[car.Roots[0]], out var commit));
        var operations = body.GetProperty("ops").EnumerateArray().Select(op => CommitOperation.Create(
            op.GetProperty("path").GetString()!, Link(op, "cid"))).ToList();

        // The order of the blocks is free; ours puts the commit first, as this vector does.
        Block[] blocks = [.. car.Blocks.Where(block => block.Key != commit.Cid).Select(block => new Block(block.Key, block.Value))];
        var frame = EventFrame.Commit(
            commit, Tid.Parse(body.GetProperty("since").GetString()!), Link(body, "prevData"), operations, blocks, Time(body));

        var numbered = frame.Number(body.GetProperty("seq").GetInt64());
        Assert.Equal(Comparable(expected, out var expectedBlocks), Comparable(numbered, out var ownBlocks));
        Assert.Equal(expectedBlocks.Length, ownBlocks.Length);
        Assert.Equal(
            CarReader.ReadAll(expectedBlocks).Blocks.Keys.Order(), CarReader.ReadAll(ownBlocks).Blocks.Keys.Order());
    }

    [Fact]
    public void A_sync_has_the_reference_s_bytes()
    {
        var (body, expected) = Frames["sync"];
        var car = CarReader.ReadAll(body.GetProperty("blocks").GetProperty("$bytes").GetString()!.FromUnpadded());
        Assert.True(SignedCommit.TryDecode(car.Blocks[car.Roots[0]], out var commit));

        Assert.Equal(expected, EventFrame.Sync(commit, Time(body)).Number(body.GetProperty("seq").GetInt64()));
    }

    [Theory]
    [InlineData("identity")]
    [InlineData("identity without handle")]
    public void An_identity_has_the_reference_s_bytes(string name)
    {
        var (body, expected) = Frames[name];
        var handle = body.TryGetProperty("handle", out var text) ? Handle.Parse(text.GetString()!) : default(Handle?);

        var frame = EventFrame.Identity(Did.Parse(body.GetProperty("did").GetString()!), handle, Time(body));

        Assert.Equal(expected, frame.Number(body.GetProperty("seq").GetInt64()));
    }

    [Theory]
    [InlineData("account active", AccountStatus.Active)]
    [InlineData("account takendown", AccountStatus.Takendown)]
    public void An_account_has_the_reference_s_bytes(string name, AccountStatus status)
    {
        var (body, expected) = Frames[name];

        var frame = EventFrame.Account(Did.Parse(body.GetProperty("did").GetString()!), status, Time(body));

        Assert.Equal(expected, frame.Number(body.GetProperty("seq").GetInt64()));
    }

    [Fact]
    public void Info_and_error_have_the_reference_s_bytes()
    {
        var (info, error) = (Frames["info"], Frames["error"]);

        Assert.Equal(info.Frame, EventFrame.Info(info.Body.GetProperty("name").GetString()!, info.Body.GetProperty("message").GetString()));
        Assert.Equal(error.Frame, EventFrame.Error(error.Body.GetProperty("error").GetString()!, error.Body.GetProperty("message").GetString()));
    }

    [Fact]
    public void The_reference_s_frames_decode()
    {
        var did = Did.Parse("did:plc:ewvi7nxzyoun6zhxrhs64oiz");
        const string time = "2026-03-01T12:00:00.000Z";

        Assert.Equal(new IdentityMessage(6, did, Handle.Parse("alice.example.com"), time), FrameDecoder.Decode(Frames["identity"].Frame));
        Assert.Equal(new IdentityMessage(7, did, null, time), FrameDecoder.Decode(Frames["identity without handle"].Frame));
        Assert.Equal(new AccountMessage(8, did, true, null, time), FrameDecoder.Decode(Frames["account active"].Frame));
        Assert.Equal(new AccountMessage(9, did, false, "takendown", time), FrameDecoder.Decode(Frames["account takendown"].Frame));
        Assert.IsType<InfoMessage>(FrameDecoder.Decode(Frames["info"].Frame));
        Assert.Equal(new ErrorMessage("FutureCursor", "Cursor in the future."), FrameDecoder.Decode(Frames["error"].Frame));
        var sync = Assert.IsType<SyncMessage>(FrameDecoder.Decode(Frames["sync"].Frame));
        Assert.Equal((5, did, "3n2xukzlajs2v"), (sync.Seq, sync.Did, sync.Rev.ToString()));
        var commit = Assert.IsType<CommitMessage>(FrameDecoder.Decode(Frames["commit"].Frame));
        Assert.Equal((4, did, "3n2xukzlajs2v", "3mabcdefghi2a", false), (commit.Seq, commit.Did, commit.Rev.ToString(), commit.Since.ToString(), commit.TooBig));
        var car = CarReader.ReadAll(commit.Blocks);
        Assert.Equal([commit.Commit], car.Roots);
        Assert.True(SignedCommit.TryDecode(car.Blocks[commit.Commit], out var head));
        Assert.Equal(commit.PrevData, CommitInversion.Invert(commit.Operations, car.Blocks, head.Data));
    }

    [Fact]
    public void Any_number_fits_into_a_frame() => Gen.OneOf(Gen.Long[0, 300], Gen.Long[0, long.MaxValue]).Sample(seq =>
    {
        var frame = EventFrame.Identity(Did.Parse("did:web:example.com"), null, DateTimeOffset.UnixEpoch).Number(seq);

        Assert.Equal(seq, Assert.IsType<IdentityMessage>(FrameDecoder.Decode(frame)).Seq);
    });

    [Fact]
    public void A_changed_frame_is_decoded_or_refused() =>
        Gen.Select(Gen.Int[0, Frames.Count - 1], Gen.Int[0, 10_000], Gen.Byte, Gen.Int[0, 10]).Sample((which, at, value, cut) =>
        {
            var frame = Frames.Values.ElementAt(which).Frame.ToArray();
            frame[at % frame.Length] = value;

            try
            {
                FrameDecoder.Decode(frame.AsSpan(0, cut == 0 ? at % frame.Length : frame.Length));
            }
            catch (FormatException)
            {
            }
        });

    [Fact]
    public void An_unknown_kind_is_passed_over_and_a_body_with_keys_out_of_order_refused()
    {
        var unknown = Convert.FromHexString("a2617464236e6577626f7001a0");
        var disordered = Convert.FromHexString("a1626f7020a2676d657373616765616d656572726f726165");

        Assert.Null(FrameDecoder.Decode(unknown));
        Assert.Throws<CborException>(() => FrameDecoder.Decode(disordered));
    }

    private static Cid Link(JsonElement element, string name) =>
        Cid.Parse(element.GetProperty(name).GetProperty("$link").GetString()!);

    private static DateTimeOffset Time(JsonElement body) =>
        DateTimeOffset.Parse(body.GetProperty("time").GetString()!, CultureInfo.InvariantCulture);

    /// <summary>A commit's frame with its blocks blanked, whose order is free.</summary>
    private static string Comparable(byte[] frame, out byte[] blocks)
    {
        blocks = Assert.IsType<CommitMessage>(FrameDecoder.Decode(frame)).Blocks;
        var copy = frame.ToArray();
        copy.AsSpan(copy.AsSpan().IndexOf(blocks), blocks.Length).Clear();
        return Convert.ToHexStringLower(copy);
    }
}

file static class Base64Extensions
{
    public static byte[] FromUnpadded(this string text) =>
        Convert.FromBase64String(text.PadRight((text.Length + 3) / 4 * 4, '='));
}
