using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using AtProto;
using AtProto.Data;
using Pds.Tests.Repo.Model;
using Pds.Tests.Support;

namespace Pds.Tests.Repo.Crash;

/// <summary>
/// Someone who writes to keys that nobody else writes to, by one entry after the other, and notes what was acknowledged and
/// what nobody knows. A key of which the latter is true is left alone from then on.
/// </summary>
internal sealed class CrashWriter(TestAccount account, string name, IReadOnlyList<CrashEntry> entries, Dice dice) : IDisposable
{
    private const string Collection = "com.example.crash";

    private readonly XrpcClient[] _clients =
        [.. entries.Select(entry => new XrpcClient(TestHttp.Create(entry.Url)) { Token = account.Token })];

    private readonly Dictionary<string, Cid?> _certain = [];
    private readonly List<Change[]> _uncertain = [];
    private readonly ConcurrentDictionary<Cid, Tid> _commits = new();
    private int _keys;
    private int _turn;

    /// <summary>One key before and after a write; null where there is no record.</summary>
    private sealed record Change(string Rkey, Cid? Before, Cid? After, JsonObject? Record)
    {
        public string Path => $"{Collection}/{Rkey}";
    }

    public Did Did => account.Did;

    /// <summary>The commits that were acknowledged, with their revisions.</summary>
    public IReadOnlyDictionary<Cid, Tid> Commits => _commits;

    /// <summary>How many writes got no answer, or that of a server in trouble.</summary>
    public int Uncertain => _uncertain.Count;

    /// <summary>Writes something once; true when it was acknowledged.</summary>
    public async Task<bool> WriteAsync()
    {
        var entry = _turn++ % entries.Count;
        await entries[entry].UpAsync();
        var changes = Choose();
        XrpcReply? reply = null;
        try
        {
            reply = await SendAsync(_clients[entry], changes);
        }
        catch (HttpRequestException)
        {
            // The server was killed before it could answer.
        }

        foreach (var change in changes)
        {
            _certain.Remove(change.Path);
        }

        if (reply is null or { Status: >= 500 })
        {
            _uncertain.Add(changes);
            return false;
        }

        var commit = reply.Ok().Json.GetProperty("commit");
        _commits.TryAdd(Cid.Parse(commit.GetProperty("cid").GetString()!), Tid.Parse(commit.GetProperty("rev").GetString()!));
        foreach (var change in changes)
        {
            _certain[change.Path] = change.After;
        }

        return true;
    }

    /// <summary>Compares with what there is in the end, and returns how many of the records this writer can account for.</summary>
    public int Verify(IReadOnlyDictionary<string, Cid> records)
    {
        foreach (var (path, cid) in _certain)
        {
            Assert.Equal((path, cid), (path, Find(path)));
        }

        var accounted = _certain.Values.Count(cid => cid is not null);
        foreach (var changes in _uncertain)
        {
            var found = changes.Select(change => Find(change.Path)).ToArray();
            Assert.True(
                found.SequenceEqual(changes.Select(change => change.Before)) || found.SequenceEqual(changes.Select(change => change.After)),
                $"Half done: {string.Join(", ", changes.Zip(found))}");
            accounted += found.Count(cid => cid is not null);
        }

        return accounted;

        Cid? Find(string path) => records.TryGetValue(path, out var cid) ? cid : null;
    }

    public void Dispose() => Array.ForEach(_clients, client => client.Http.Dispose());

    // One record, or several that have to come together.
    private Change[] Choose()
    {
        var present = _certain.Where(record => record.Value is not null).ToArray();
        var changes = new Dictionary<string, Change>();
        for (var left = dice.Next(3) == 0 ? 2 + dice.Next(4) : 1; left > 0; left--)
        {
            var (path, before) = present.Length > 8 && dice.Next(2) == 0
                ? present[dice.Next(present.Length)]
                : new KeyValuePair<string, Cid?>($"{Collection}/{name}-{_keys++}", null);
            var record = before is not null && dice.Next(2) == 0 ? null : NewRecord();
            changes[path] = new Change(path[(Collection.Length + 1)..], before, record is null ? null : CidOf(record), record);
        }

        return [.. changes.Values];
    }

    private JsonObject NewRecord() => new()
    {
        ["$type"] = Collection, ["writer"] = name, ["n"] = _turn, ["padding"] = new string('x', dice.Next(400)),
    };

    private static Cid CidOf(JsonObject record) =>
        Cid.Compute(CidCodec.DagCbor, DataModel.FromJson(JsonSerializer.SerializeToUtf8Bytes(record)));

    private Task<XrpcReply> SendAsync(XrpcClient client, Change[] changes)
    {
        if (changes is not [var only])
        {
            return client.ProcedureAsync("com.atproto.repo.applyWrites", new { repo = Did, writes = changes.Select(Write) });
        }

        var input = new { repo = Did, collection = Collection, rkey = only.Rkey, record = only.Record };
        var method = only.After is null ? "deleteRecord" : only.Before is null ? "createRecord" : "putRecord";
        return client.ProcedureAsync($"com.atproto.repo.{method}", input);
    }

    private static Dictionary<string, object?> Write(Change change)
    {
        var kind = change.After is null ? "delete" : change.Before is null ? "create" : "update";
        var write = new Dictionary<string, object?>
        {
            ["$type"] = $"com.atproto.repo.applyWrites#{kind}", ["collection"] = Collection, ["rkey"] = change.Rkey,
        };
        if (change.Record is not null)
        {
            write["value"] = change.Record;
        }

        return write;
    }
}
