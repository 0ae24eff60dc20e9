using AtProto;
using Microsoft.Data.Sqlite;
using Pds.Contracts.Repo;

namespace Pds.Cli.Reference;

/// <summary>Reads <c>sequencer.sqlite</c>.</summary>
internal static class ReferenceStream
{
    // How far back relays may still ask, as the reference lets them.
    private static readonly TimeSpan Window = TimeSpan.FromDays(1);

    /// <summary>The greatest number that was ever given, 0 for none; also of events that are deleted since.</summary>
    public static long ReadLastSeq(SqliteConnection sequencer) => sequencer.Read(
        "SELECT max(coalesce((SELECT max(seq) FROM repo_seq), 0), coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'repo_seq'), 0))",
        row => row.GetInt64(0)).Single();

    /// <summary>The events of the last day that the server ran, oldest first.</summary>
    public static IEnumerable<TakenOverEvent> ReadEvents(SqliteConnection sequencer)
    {
        var newest = sequencer.Read("SELECT max(sequencedAt) FROM repo_seq", row => row.OptionalTime(0)).Single();
        return newest is not { } last ? [] : sequencer.Read(
            "SELECT seq, did, eventType, event, sequencedAt FROM repo_seq WHERE invalidated = 0 ORDER BY seq",
            row => new TakenOverEvent(
                row.GetInt64(0), Did.Parse(row.GetString(1)), row.GetString(2), row.GetFieldValue<byte[]>(3), row.Time(4)))
            .Where(item => item.Time >= last - Window);
    }
}
