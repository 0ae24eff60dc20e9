using System.Buffers.Binary;
using AtProto.Cbor;
using AtProto.Repo;

namespace AtProto.Stream;

/// <summary>
/// Encodes the frames of <c>com.atproto.sync.subscribeRepos</c>: a header and a body, each canonical DAG-CBOR, in one
/// message. Source: atproto specification, "Event Stream", "Sync".
/// </summary>
public static class EventFrame
{
    /// <summary>The greatest size of the blocks of one <c>#commit</c>, in bytes.</summary>
    public const int MaxBlocksBytes = 2_000_000;

    /// <summary>The greatest number of operations in one <c>#commit</c>.</summary>
    public const int MaxOperations = 200;

    /// <summary>What a number takes in a frame, in bytes, at most.</summary>
    public const int MaxSeqLength = 9;

    /// <summary>Records were written: <c>#commit</c>.</summary>
    /// <param name="commit">The new head, whose block is put first.</param>
    /// <param name="since">The revision of the commit before; null for the first.</param>
    /// <param name="prevData">The root of the tree before; null for the first commit, which has none.</param>
    /// <param name="operations">What was done, at most <see cref="MaxOperations"/>.</param>
    /// <param name="blocks">New nodes, proof nodes and the records of every create and update.</param>
    /// <param name="time">When.</param>
    public static EventBody Commit(
        SignedCommit commit,
        Tid? since,
        Cid? prevData,
        IReadOnlyList<CommitOperation> operations,
        ReadOnlySpan<Block> blocks,
        DateTimeOffset time)
    {
        var carLength = CarWriter.GetLength(hasRoot: true, [commit.Block]) + CarWriter.GetLength(hasRoot: false, blocks)
            - CarWriter.GetLength(hasRoot: false, []);
        using var writer = new CborWriter(carLength + 512 + (256 * operations.Count));
        WriteHeader(writer, "#commit"u8);
        writer.WriteMapHeader(prevData is null ? 11 : 12);
        writer.WriteText("ops"u8);
        writer.WriteArrayHeader(operations.Count);
        for (var i = 0; i < operations.Count; i++)
        {
            WriteOperation(writer, operations[i]);
        }

        writer.WriteText("rev"u8);
        writer.WriteText(commit.Rev.ToString());
        writer.WriteText("seq"u8);
        var seqOffset = writer.Length;
        writer.WriteText("repo"u8);
        writer.WriteText(commit.Did.Value);
        WriteTime(writer, time);
        writer.WriteText("blobs"u8);
        writer.WriteArrayHeader(0);
        writer.WriteText("since"u8);
        if (since is null)
        {
            writer.WriteNull();
        }
        else
        {
            writer.WriteText(since.Value.ToString());
        }

        WriteBlocks(writer, commit, blocks, carLength);
        writer.WriteText("commit"u8);
        writer.WriteCid(commit.Cid);
        writer.WriteText("rebase"u8);
        writer.WriteBoolean(false);
        writer.WriteText("tooBig"u8);
        writer.WriteBoolean(false);
        if (prevData is not null)
        {
            writer.WriteText("prevData"u8);
            writer.WriteCid(prevData.Value);
        }

        return new EventBody(writer.ToArray(), seqOffset);
    }

    /// <summary>The state of a repository, whatever was before: <c>#sync</c>.</summary>
    /// <param name="commit">The head.</param>
    /// <param name="time">When.</param>
    public static EventBody Sync(SignedCommit commit, DateTimeOffset time)
    {
        using var writer = new CborWriter();
        WriteHeader(writer, "#sync"u8);
        writer.WriteMapHeader(5);
        writer.WriteText("did"u8);
        writer.WriteText(commit.Did.Value);
        writer.WriteText("rev"u8);
        writer.WriteText(commit.Rev.ToString());
        writer.WriteText("seq"u8);
        var seqOffset = writer.Length;
        WriteTime(writer, time);
        WriteBlocks(writer, commit, [], CarWriter.GetLength(hasRoot: true, [commit.Block]));
        return new EventBody(writer.ToArray(), seqOffset);
    }

    /// <summary>The DID document or the handle may have changed: <c>#identity</c>.</summary>
    /// <param name="did">Whose.</param>
    /// <param name="handle">The handle, as a hint; null for none.</param>
    /// <param name="time">When.</param>
    public static EventBody Identity(Did did, Handle? handle, DateTimeOffset time)
    {
        using var writer = new CborWriter();
        WriteHeader(writer, "#identity"u8);
        writer.WriteMapHeader(handle is null ? 3 : 4);
        writer.WriteText("did"u8);
        writer.WriteText(did.Value);
        writer.WriteText("seq"u8);
        var seqOffset = writer.Length;
        WriteTime(writer, time);
        if (handle is not null)
        {
            writer.WriteText("handle"u8);
            writer.WriteText(handle.Value.Value);
        }

        return new EventBody(writer.ToArray(), seqOffset);
    }

    /// <summary>The status of an account at this host: <c>#account</c>.</summary>
    /// <param name="did">Whose.</param>
    /// <param name="status">The status.</param>
    /// <param name="time">When.</param>
    public static EventBody Account(Did did, AccountStatus status, DateTimeOffset time)
    {
        using var writer = new CborWriter();
        WriteHeader(writer, "#account"u8);
        writer.WriteMapHeader(status is AccountStatus.Active ? 4 : 5);
        writer.WriteText("did"u8);
        writer.WriteText(did.Value);
        writer.WriteText("seq"u8);
        var seqOffset = writer.Length;
        WriteTime(writer, time);
        writer.WriteText("active"u8);
        writer.WriteBoolean(status is AccountStatus.Active);
        if (status is not AccountStatus.Active)
        {
            writer.WriteText("status"u8);
            writer.WriteText(StatusName(status));
        }

        return new EventBody(writer.ToArray(), seqOffset);
    }

    /// <summary>A notice to one reader: <c>#info</c>. It has no number.</summary>
    /// <param name="name">Its name, such as <c>OutdatedCursor</c>.</param>
    /// <param name="message">For people; null for none.</param>
    public static byte[] Info(string name, string? message)
    {
        using var writer = new CborWriter();
        WriteHeader(writer, "#info"u8);
        writer.WriteMapHeader(message is null ? 1 : 2);
        writer.WriteText("name"u8);
        writer.WriteText(name);
        WriteMessage(writer, message);
        return writer.ToArray();
    }

    /// <summary>The last frame of a stream that ends with an error.</summary>
    /// <param name="error">Its name, such as <c>FutureCursor</c>.</param>
    /// <param name="message">For people; null for none.</param>
    public static byte[] Error(string error, string? message)
    {
        using var writer = new CborWriter();
        writer.WriteMapHeader(1);
        writer.WriteText("op"u8);
        writer.WriteInt64(-1);
        writer.WriteMapHeader(message is null ? 1 : 2);
        writer.WriteText("error"u8);
        writer.WriteText(error);
        WriteMessage(writer, message);
        return writer.ToArray();
    }

    /// <summary>Puts the number into a frame.</summary>
    /// <param name="body">The frame without it: <see cref="EventBody.Bytes"/>.</param>
    /// <param name="seqOffset">Where it belongs: <see cref="EventBody.SeqOffset"/>.</param>
    /// <param name="seq">The number, not negative.</param>
    public static byte[] Assemble(ReadOnlySpan<byte> body, int seqOffset, long seq)
    {
        Span<byte> number = stackalloc byte[MaxSeqLength];
        number = number[..WriteSeq(number, seq)];
        var frame = GC.AllocateUninitializedArray<byte>(body.Length + number.Length);
        Join(body, seqOffset, number, frame);
        return frame;
    }

    /// <summary>Puts the number into a frame, in memory of the caller's.</summary>
    /// <param name="body">The frame without it: <see cref="EventBody.Bytes"/>.</param>
    /// <param name="seqOffset">Where it belongs: <see cref="EventBody.SeqOffset"/>.</param>
    /// <param name="seq">The number, not negative.</param>
    /// <param name="destination">Longer than <paramref name="body"/> by <see cref="MaxSeqLength"/> at least.</param>
    /// <returns>The length of the frame, in bytes.</returns>
    public static int Assemble(ReadOnlySpan<byte> body, int seqOffset, long seq, Span<byte> destination)
    {
        Span<byte> number = stackalloc byte[MaxSeqLength];
        number = number[..WriteSeq(number, seq)];
        Join(body, seqOffset, number, destination);
        return body.Length + number.Length;
    }

    private static void Join(ReadOnlySpan<byte> body, int seqOffset, ReadOnlySpan<byte> number, Span<byte> frame)
    {
        body[..seqOffset].CopyTo(frame);
        number.CopyTo(frame[seqOffset..]);
        body[seqOffset..].CopyTo(frame[(seqOffset + number.Length)..]);
    }

    private static int WriteSeq(Span<byte> destination, long seq)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(seq);
        switch (seq)
        {
            case < 24:
                destination[0] = (byte)seq;
                return 1;
            case <= byte.MaxValue:
                (destination[0], destination[1]) = (0x18, (byte)seq);
                return 2;
            case <= ushort.MaxValue:
                destination[0] = 0x19;
                BinaryPrimitives.WriteUInt16BigEndian(destination[1..], (ushort)seq);
                return 3;
            case <= uint.MaxValue:
                destination[0] = 0x1a;
                BinaryPrimitives.WriteUInt32BigEndian(destination[1..], (uint)seq);
                return 5;
            default:
                destination[0] = 0x1b;
                BinaryPrimitives.WriteInt64BigEndian(destination[1..], seq);
                return 9;
        }
    }

    private static void WriteHeader(CborWriter writer, ReadOnlySpan<byte> type)
    {
        writer.WriteMapHeader(2);
        writer.WriteText("t"u8);
        writer.WriteText(type);
        writer.WriteText("op"u8);
        writer.WriteInt64(1);
    }

    private static void WriteTime(CborWriter writer, DateTimeOffset time)
    {
        writer.WriteText("time"u8);
        writer.WriteText(AtDatetime.Format(time));
    }

    private static void WriteMessage(CborWriter writer, string? message)
    {
        if (message is not null)
        {
            writer.WriteText("message"u8);
            writer.WriteText(message);
        }
    }

    private static void WriteBlocks(CborWriter writer, SignedCommit commit, ReadOnlySpan<Block> blocks, int carLength)
    {
        writer.WriteText("blocks"u8);
        writer.WriteBytesHeader(carLength);
        CarWriter.WriteHeader(writer, commit.Cid);
        CarWriter.WriteBlock(writer, commit.Cid, commit.Bytes);
        foreach (var block in blocks)
        {
            CarWriter.WriteBlock(writer, block.Cid, block.Bytes);
        }
    }

    private static void WriteOperation(CborWriter writer, CommitOperation operation)
    {
        writer.WriteMapHeader(operation.Prev is null ? 3 : 4);
        writer.WriteText("cid"u8);
        if (operation.Cid is { } cid)
        {
            writer.WriteCid(cid);
        }
        else
        {
            writer.WriteNull();
        }

        writer.WriteText("path"u8);
        writer.WriteText(operation.Path);
        if (operation.Prev is { } prev)
        {
            writer.WriteText("prev"u8);
            writer.WriteCid(prev);
        }

        writer.WriteText("action"u8);
        writer.WriteText(operation.Action switch
        {
            OperationAction.Create => "create"u8,
            OperationAction.Update => "update"u8,
            _ => "delete"u8,
        });
    }

    private static ReadOnlySpan<byte> StatusName(AccountStatus status) => status switch
    {
        AccountStatus.Deactivated => "deactivated"u8,
        AccountStatus.Takendown => "takendown"u8,
        AccountStatus.Suspended => "suspended"u8,
        _ => "deleted"u8,
    };
}
