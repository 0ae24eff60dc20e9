using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;
using Pds.Contracts.Repo;
using Spectre.Console;

namespace Pds.Cli.Reference;

/// <summary>What a take-over has done, and what it has seen to be right. Filled by several tasks at once.</summary>
internal sealed class TakeoverReport
{
    private long _accounts;
    private long _present;
    private long _records;
    private long _nodes;
    private long _blobs;
    private long _blobBytes;
    private long _sessions;
    private long _preferences;

    /// <summary>What an operator has to look at: whose it is, or what, and why.</summary>
    public ConcurrentQueue<(string Subject, string Problem)> Problems { get; } = [];

    public int Invites { get; set; }

    public int Events { get; set; }

    public int ReservedKeys { get; set; }

    public long LastSeq { get; set; }

    public void AddPresent() => Interlocked.Increment(ref _present);

    public void AddPreferences() => Interlocked.Increment(ref _preferences);

    public void Add(RepositoryTakenOver done, int sessions)
    {
        Interlocked.Increment(ref _accounts);
        Interlocked.Add(ref _records, done.Records);
        Interlocked.Add(ref _nodes, done.Nodes);
        Interlocked.Add(ref _blobs, done.Blobs);
        Interlocked.Add(ref _blobBytes, done.BlobBytes);
        Interlocked.Add(ref _sessions, sessions);
    }

    public JsonObject ToJson() => new()
    {
        ["accounts"] = _accounts,
        ["accountsHereAlready"] = _present,
        ["nodes"] = _nodes,
        ["records"] = _records,
        ["blobs"] = _blobs,
        ["blobBytes"] = _blobBytes,
        ["sessions"] = _sessions,
        ["accountsWithPreferences"] = _preferences,
        ["invites"] = Invites,
        ["reservedKeys"] = ReservedKeys,
        ["events"] = Events,
        ["lastSeq"] = LastSeq,
        ["problems"] = new JsonArray([.. Problems.Select(found => (JsonNode)new JsonObject
        {
            ["subject"] = found.Subject, ["problem"] = found.Problem,
        })]),
    };

    public void Write(IAnsiConsole console)
    {
        var table = new Table().AddColumn("Taken over").AddColumn(new TableColumn("").RightAligned()).AddColumn("Verified");
        Row("accounts", _accounts, "identity, password, app passwords");
        Row("accounts that were here already", _present, "");
        Row("repositories", _accounts, "the head's signature with the account's key");
        Row("tree nodes", _nodes, "hash, order and shape of the tree");
        Row("records", _records, "hash, and that they can be read");
        Row("blobs", _blobs, "hash of every byte");
        Row("bytes of blobs", _blobBytes, "");
        Row("sessions of apps", _sessions, "");
        Row("accounts with preferences", _preferences, "");
        Row("invite codes", Invites, "");
        Row("reserved keys", ReservedKeys, "");
        Row("events", Events, string.Create(CultureInfo.InvariantCulture, $"the stream goes on after {LastSeq}"));
        console.Write(table);
        foreach (var (subject, problem) in Problems)
        {
            console.MarkupLineInterpolated($"[red]{subject}[/]: {problem}");
        }

        console.WriteLine(Problems.IsEmpty ? "Everything is as it was." : $"{Problems.Count} problems; run again when they are solved.");

        void Row(string what, long count, string verified) =>
            table.AddRow(what, count.ToString(CultureInfo.InvariantCulture), verified);
    }
}
