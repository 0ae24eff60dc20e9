using System.Buffers;
using System.Text.Json;
using System.Text.Json.Nodes;
using AtProto;
using AtProto.Data;
using AtProto.Repo;
using AtProto.Stream;
using Pds.Tests.Support;

namespace Pds.Tests.Repo.Model;

/// <summary>
/// What a consumer can know of repositories that has nothing but the stream: every block that an event brought, and the commit
/// that came last.
/// </summary>
internal sealed class StreamMirror
{
    private readonly Dictionary<Did, (Cid Commit, Dictionary<Cid, byte[]> Blocks)> _repos = [];

    /// <summary>
    /// Reads beside the writers, for a server lets go of who takes nothing for long: from the first event, with no gap between
    /// them, until the newest one, once that is known.
    /// </summary>
    public static async Task<StreamMirror> FollowAsync(StreamClient stream, Task<long> newest)
    {
        var mirror = new StreamMirror();
        for (var seq = 1L; !newest.IsCompleted || seq <= await newest; seq++)
        {
            var next = stream.ReadAsync();
            if (await Task.WhenAny(next, newest) == newest && seq > await newest)
            {
                break;
            }

            var message = Assert.IsType<EventMessage>(await next, exactMatch: false);
            Assert.Equal(seq, message.Seq);
            if (message is CommitMessage commit)
            {
                mirror.Take(commit);
            }
        }

        return mirror;
    }

    /// <summary>
    /// The repository as a CAR file, its blocks in the order of another, and all of them needed. A record that is at two paths
    /// comes twice in a file that is streamed along the tree.
    /// </summary>
    public byte[] Write(Did did, byte[] order)
    {
        var (commit, blocks) = _repos[did];
        var reader = new CarReader(new CarLimits());
        var rest = new ReadOnlySequence<byte>(order);
        var cids = new List<Cid>();
        while (reader.TryRead(ref rest, out var block))
        {
            cids.Add(block.Cid);
        }

        Assert.True(SignedCommit.TryDecode(blocks[commit], out var signed));
        Assert.Equal(Reachable(signed.Data, blocks).Append(commit).ToHashSet(), cids.ToHashSet());
        return RepoCar.Write(commit, cids.Select(cid => new Block(cid, blocks[cid])));
    }

    /// <summary>Keeps what a commit brings.</summary>
    public void Take(CommitMessage message)
    {
        var blocks = _repos.TryGetValue(message.Did, out var known) ? known.Blocks : [];
        foreach (var (cid, bytes) in CarReader.ReadAll(message.Blocks).Blocks)
        {
            blocks[cid] = bytes;
        }

        _repos[message.Did] = (message.Commit, blocks);
    }

    private static IEnumerable<Cid> Reachable(Cid root, Dictionary<Cid, byte[]> blocks)
    {
        yield return root;
        foreach (var link in Links(ReadJson(blocks[root])))
        {
            foreach (var cid in Reachable(link, blocks))
            {
                yield return cid;
            }
        }
    }

    private static JsonNode? ReadJson(byte[] cbor)
    {
        var text = new MemoryStream();
        using (var json = new Utf8JsonWriter(text))
        {
            DataModel.WriteJson(cbor, json);
        }

        return JsonNode.Parse(text.ToArray());
    }

    private static IEnumerable<Cid> Links(JsonNode? node) => node switch
    {
        JsonObject link when link["$link"] is { } cid => [Cid.Parse(cid.GetValue<string>())],
        JsonObject map => map.SelectMany(field => Links(field.Value)),
        JsonArray list => list.SelectMany(Links),
        _ => [],
    };
}
