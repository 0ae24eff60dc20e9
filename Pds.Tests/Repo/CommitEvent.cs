using AtProto;
using AtProto.Cbor;
using AtProto.Repo;

namespace Pds.Tests.Repo;

/// <summary>A <c>#commit</c> frame, read as a strict consumer reads it.</summary>
internal sealed record CommitEvent(
    long Seq, Did Repo, Cid Commit, Tid Rev, Tid? Since, Cid? PrevData, IReadOnlyList<CommitOperation> Operations, Car Blocks)
{
    /// <summary>The type of a frame, with its body.</summary>
    public static string TypeOf(ReadOnlySpan<byte> frame) => ReadHeader(frame, out _);

    public static CommitEvent Parse(ReadOnlySpan<byte> frame)
    {
        Assert.Equal("#commit", ReadHeader(frame, out var length));
        var body = frame[length..];
        CborValidator.Validate(body, null);

        var reader = new CborReader(body);
        var fields = reader.ReadMapHeader();
        var operations = new List<CommitOperation>();
        for (var left = reader.ReadTextSpan().SequenceEqual("ops"u8) ? reader.ReadArrayHeader() : 0; left > 0; left--)
        {
            operations.Add(ReadOperation(ref reader));
        }

        var rev = Tid.Parse(Expect(ref reader, "rev").ReadText());
        var seq = Expect(ref reader, "seq").ReadInt64();
        var repo = Did.Parse(Expect(ref reader, "repo").ReadText());
        Assert.True(AtDatetime.IsValid(Expect(ref reader, "time").ReadText()));
        Assert.Equal(0, Expect(ref reader, "blobs").ReadArrayHeader());
        Expect(ref reader, "since");
        Tid? since = reader.TryReadNull() ? null : Tid.Parse(reader.ReadText());
        var car = CarReader.ReadAll(Expect(ref reader, "blocks").ReadBytes().ToArray(), CarLimits.Event);
        var commit = Expect(ref reader, "commit").ReadCid();
        Assert.False(Expect(ref reader, "rebase").ReadBoolean());
        Assert.False(Expect(ref reader, "tooBig").ReadBoolean());
        Cid? prevData = fields == 12 ? Expect(ref reader, "prevData").ReadCid() : null;
        Assert.True(reader.IsAtEnd);

        return new(seq, repo, commit, rev, since, prevData, operations, car);
    }

    private static CommitOperation ReadOperation(ref CborReader reader)
    {
        var fields = reader.ReadMapHeader();
        Expect(ref reader, "cid");
        Cid? cid = reader.TryReadNull() ? null : reader.ReadCid();
        var path = Expect(ref reader, "path").ReadText();
        Cid? prev = fields == 4 ? Expect(ref reader, "prev").ReadCid() : null;
        var action = Expect(ref reader, "action").ReadText();
        return new CommitOperation(Enum.Parse<OperationAction>(action, ignoreCase: true), path, cid, prev);
    }

    private static ref CborReader Expect(ref CborReader reader, string key)
    {
        Assert.Equal(key, reader.ReadText());
        return ref reader;
    }

    private static string ReadHeader(ReadOnlySpan<byte> frame, out int length)
    {
        var reader = new CborReader(frame);
        Assert.Equal(2, reader.ReadMapHeader());
        var type = Expect(ref reader, "t").ReadText();
        Assert.Equal(1, Expect(ref reader, "op").ReadInt64());
        length = reader.Position;
        return type;
    }
}
