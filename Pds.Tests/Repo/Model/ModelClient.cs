using System.Text.Json.Nodes;
using AtProto;
using Pds.Tests.Support;

namespace Pds.Tests.Repo.Model;

/// <summary>Someone who writes at random into a repository, over HTTP.</summary>
internal sealed class ModelClient(XrpcClient xrpc, Did did, Dice dice)
{
    private const string Applying = "com.atproto.repo.applyWrites";

    private static readonly string[] Collections = ["com.example.first", "com.example.second"];

    /// <summary>What may come of a write.</summary>
    public enum Outcome
    {
        Committed,
        Unchanged,
        Refused,
        Conflict,
    }

    /// <summary>What some writes are, and what the server made of them.</summary>
    /// <param name="Method">The NSID of the method.</param>
    public sealed record Answered(
        string Method, IReadOnlyList<ModelWrite> Writes, string? SwapCommit, Outcome Outcome, ModelCommit? Commit)
    {
        /// <summary>What must come of it when nobody else writes.</summary>
        public Outcome ExpectedOn(ModelRepo model)
        {
            if (SwapCommit is not null && SwapCommit != model.Head)
            {
                return Outcome.Conflict;
            }

            if (Method != Applying)
            {
                var write = Writes[0];
                var isThere = model.Records.TryGetValue(write.Path, out var present);
                if (write.SwapRecord is not null && write.SwapRecord != model.CidAt(write.Path))
                {
                    return Outcome.Conflict;
                }

                if (write.Action == ModelAction.Delete ? !isThere : write.Action == ModelAction.Put && isThere && present.Value == write.Value)
                {
                    return Outcome.Unchanged;
                }
            }

            return model.Accepts(Writes) ? Outcome.Committed : Outcome.Refused;
        }
    }

    /// <summary>Writes something, with or without conditions.</summary>
    /// <param name="believed">What the writer takes the repository for; conditions are mostly met if that is right.</param>
    public Task<Answered> WriteAsync(ModelRepo believed)
    {
        var swapCommit = dice.Next(5) switch { 0 => believed.Head, 1 when dice.Next(4) == 0 => Fake(), _ => null };
        return dice.Next(10) switch
        {
            < 3 => SendAsync("createRecord", New(ModelAction.Create), swapCommit),
            < 6 => SendAsync("putRecord", WithCondition(New(ModelAction.Put), believed, mayExpectNone: true), swapCommit),
            < 8 => SendAsync("deleteRecord", WithCondition(New(ModelAction.Delete), believed, mayExpectNone: false), swapCommit),
            _ => ApplyAsync(believed, swapCommit),
        };
    }

    private ModelWrite New(ModelAction action) =>
        new(action, $"{Collections[dice.Next(2)]}/k{dice.Next(24)}", dice.Next(4));

    private ModelWrite WithCondition(ModelWrite write, ModelRepo believed, bool mayExpectNone)
    {
        var present = believed.CidAt(write.Path);
        return dice.Next(6) switch
        {
            0 when present != ModelWrite.Absent => write with { SwapRecord = present },
            1 when mayExpectNone => write with { SwapRecord = ModelWrite.Absent },
            2 when present != ModelWrite.Absent => write with { SwapRecord = Fake() },
            _ => write,
        };
    }

    private async Task<Answered> SendAsync(string method, ModelWrite write, string? swapCommit)
    {
        var input = new JsonObject { ["repo"] = did.Value, ["collection"] = write.Collection, ["rkey"] = write.Rkey };
        if (write.Action != ModelAction.Delete)
        {
            input["record"] = Value(write);
        }

        if (write.SwapRecord is { } swap)
        {
            input["swapRecord"] = swap == ModelWrite.Absent ? null : swap;
        }

        return await SendAsync($"com.atproto.repo.{method}", input, [write], swapCommit);
    }

    private Task<Answered> ApplyAsync(ModelRepo believed, string? swapCommit)
    {
        var writes = new List<ModelWrite>();
        foreach (var path in Enumerable.Range(0, 1 + dice.Next(6)).Select(_ => New(ModelAction.Create).Path).Distinct())
        {
            var isThere = believed.Records.ContainsKey(path) != (dice.Next(40) == 0);
            var action = !isThere ? ModelAction.Create : dice.Next(2) == 0 ? ModelAction.Update : ModelAction.Delete;
            writes.Add(new ModelWrite(action, path, dice.Next(4)));
        }

        var input = new JsonObject
        {
            ["repo"] = did.Value,
            ["writes"] = new JsonArray([.. writes.Select(write =>
            {
                var item = new JsonObject
                {
                    ["$type"] = $"{Applying}#{write.Action.ToString().ToLowerInvariant()}",
                    ["collection"] = write.Collection,
                    ["rkey"] = write.Rkey,
                };
                if (write.Action != ModelAction.Delete)
                {
                    item["value"] = Value(write);
                }

                return item;
            })]),
        };
        return SendAsync(Applying, input, writes, swapCommit);
    }

    private async Task<Answered> SendAsync(string method, JsonObject input, IReadOnlyList<ModelWrite> writes, string? swapCommit)
    {
        if (swapCommit is not null)
        {
            input["swapCommit"] = swapCommit;
        }

        var reply = await xrpc.ProcedureAsync(method, input);
        if (reply.Status == 200)
        {
            var commit = ModelCommit.Read(reply.Json, swapCommit, writes);
            return new Answered(method, writes, swapCommit, commit is null ? Outcome.Unchanged : Outcome.Committed, commit);
        }

        Assert.Equal(400, reply.Status);
        Assert.Contains(reply.Error, (string[])["InvalidSwap", "InvalidRequest"]);
        return new Answered(method, writes, swapCommit, reply.Error == "InvalidSwap" ? Outcome.Conflict : Outcome.Refused, null);
    }

    private static JsonObject Value(ModelWrite write) => new() { ["n"] = write.Value, ["padding"] = new string('x', 40 * write.Value) };

    private string Fake() => Cid.Compute(CidCodec.DagCbor, BitConverter.GetBytes(dice.Next(int.MaxValue))).ToString();
}
