using AtProto;
using AtProto.Cbor;
using AtProto.Stream;
using Pds.Contracts.Repo;
using Pds.Modules.Repo.Firehose;

namespace Pds.Modules.Repo.Takeover;

/// <summary>
/// Turns a row of the reference's log into a frame of ours. The row lacks number and time, which belong between its other keys:
/// canonical maps are ordered by the length of the key, then by its bytes.
/// </summary>
internal static class TakenOverFrame
{
    /// <summary>The event; null for kinds that nobody sends any more.</summary>
    public static NewEvent? From(TakenOverEvent source)
    {
        var (kind, type) = source.Type switch
        {
            "append" => (EventKind.Commit, "#commit"),
            "sync" => (EventKind.Sync, "#sync"),
            "identity" => (EventKind.Identity, "#identity"),
            "account" => (EventKind.Account, "#account"),
            _ => (default, null),
        };
        if (type is null)
        {
            return null;
        }

        using var writer = new CborWriter(source.Body.Length + 128);
        writer.WriteMapHeader(2);
        writer.WriteText("t"u8);
        writer.WriteText(type);
        writer.WriteText("op"u8);
        writer.WriteInt64(1);
        var seqOffset = WriteBody(writer, source);
        return new NewEvent(kind, source.Time, new EventBody(writer.ToArray(), seqOffset));
    }

    private static int WriteBody(CborWriter writer, TakenOverEvent source)
    {
        var reader = new CborReader(source.Body);
        var count = reader.ReadMapHeader();
        writer.WriteMapHeader(count + 2);
        var (seqOffset, hasTime) = (0, false);
        for (var left = count; left > 0; left--)
        {
            var key = reader.ReadTextSpan();
            if (seqOffset == 0 && IsBefore("seq"u8, key))
            {
                seqOffset = WriteSeq(writer);
            }

            if (!hasTime && IsBefore("time"u8, key))
            {
                WriteTime(writer, source.Time);
                hasTime = true;
            }

            writer.WriteText(key);
            writer.WriteRaw(reader.Skip());
        }

        if (seqOffset == 0)
        {
            seqOffset = WriteSeq(writer);
        }

        if (!hasTime)
        {
            WriteTime(writer, source.Time);
        }

        return seqOffset;
    }

    private static bool IsBefore(ReadOnlySpan<byte> key, ReadOnlySpan<byte> other) =>
        key.Length != other.Length ? key.Length < other.Length : key.SequenceCompareTo(other) < 0;

    private static int WriteSeq(CborWriter writer)
    {
        writer.WriteText("seq"u8);
        return writer.Length;
    }

    private static void WriteTime(CborWriter writer, DateTimeOffset time)
    {
        writer.WriteText("time"u8);
        writer.WriteText(AtDatetime.Format(time));
    }
}
