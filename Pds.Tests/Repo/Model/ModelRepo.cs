using System.Text.Json;

namespace Pds.Tests.Repo.Model;

/// <summary>A repository as simple as can be: what is at each path, and where the head stands.</summary>
internal sealed class ModelRepo
{
    /// <summary>The records by path.</summary>
    public SortedDictionary<string, (string Cid, int Value)> Records { get; } = new(StringComparer.Ordinal);

    /// <summary>The latest commit; null before the first that the model has seen.</summary>
    public string? Head { get; private set; }

    /// <summary>Whether writes can be applied together.</summary>
    public bool Accepts(IEnumerable<ModelWrite> writes)
    {
        var present = Records.Keys.ToHashSet();
        return writes.All(write => write.Action switch
        {
            ModelAction.Create => present.Add(write.Path),
            ModelAction.Update => present.Contains(write.Path),
            ModelAction.Put => present.Add(write.Path) || true,
            _ => present.Remove(write.Path),
        });
    }

    /// <summary>Follows a commit that the server has acknowledged; fails the test when it could not have been made.</summary>
    public void Follow(ModelCommit commit)
    {
        if (commit.SwapCommit is not null)
        {
            Assert.Equal(Head, commit.SwapCommit);
        }

        Assert.True(Accepts(commit.Writes), $"{commit.Rev}: {string.Join(", ", commit.Writes)}");
        foreach (var write in commit.Writes)
        {
            Assert.True(write.SwapRecord is null || write.SwapRecord == CidAt(write.Path), $"{commit.Rev}: {write}");
        }

        Take(commit);
    }

    /// <summary>Takes over what a commit says.</summary>
    public void Take(ModelCommit commit)
    {
        foreach (var write in commit.Writes)
        {
            if (write.Cid is { } cid)
            {
                Records[write.Path] = (cid, write.Value);
            }
            else
            {
                Records.Remove(write.Path);
            }
        }

        Head = commit.Cid;
    }

    /// <summary>The CID of the record at a path, <see cref="ModelWrite.Absent"/> for none.</summary>
    public string CidAt(string path) => Records.TryGetValue(path, out var record) ? record.Cid : ModelWrite.Absent;
}

internal enum ModelAction
{
    Create,
    Update,
    Put,
    Delete,
}

/// <summary>One write of a commit.</summary>
/// <param name="Value">What distinguishes the record.</param>
/// <param name="SwapRecord">The CID that was expected, <see cref="Absent"/> for none; null when nothing was.</param>
/// <param name="Cid">Of the new record; null for a deletion.</param>
internal sealed record ModelWrite(ModelAction Action, string Path, int Value, string? SwapRecord = null, string? Cid = null)
{
    public const string Absent = "absent";

    public string Collection => Path[..Path.IndexOf('/', StringComparison.Ordinal)];

    public string Rkey => Path[(Path.IndexOf('/', StringComparison.Ordinal) + 1)..];
}

/// <summary>A commit that was acknowledged.</summary>
internal sealed record ModelCommit(string Rev, string Cid, string? SwapCommit, IReadOnlyList<ModelWrite> Writes)
{
    /// <summary>Reads an answer; null when it names no commit, for nothing had to change.</summary>
    public static ModelCommit? Read(JsonElement answer, string? swapCommit, IReadOnlyList<ModelWrite> writes)
    {
        if (!answer.TryGetProperty("commit", out var commit))
        {
            return null;
        }

        var cids = answer.TryGetProperty("results", out var results)
            ? results.EnumerateArray().Select(CidOf)
            : [CidOf(answer)];
        return new ModelCommit(
            commit.GetProperty("rev").GetString()!, commit.GetProperty("cid").GetString()!, swapCommit,
            [.. writes.Zip(cids, (write, cid) => write with { Cid = cid })]);
    }

    private static string? CidOf(JsonElement result) => result.TryGetProperty("cid", out var cid) ? cid.GetString() : null;
}
