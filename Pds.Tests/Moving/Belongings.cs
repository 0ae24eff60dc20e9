using System.Text.Json;
using AtProto;
using AtProto.Repo;
using Pds.Tests.Support;

namespace Pds.Tests.Moving;

/// <summary>All that an account has at a server, byte by byte.</summary>
/// <param name="Root">Of the tree of its records.</param>
/// <param name="Blocks">The tree and the records, without the commit: each server signs its own.</param>
/// <param name="Blobs">Each with its type and the bytes, by CID.</param>
/// <param name="Preferences">As JSON; the order in an object means nothing.</param>
internal sealed record Belongings(
    Cid Root, IReadOnlyDictionary<Cid, byte[]> Blocks, IReadOnlyDictionary<string, string> Blobs, JsonElement Preferences, string Handle)
{
    public static async Task<Belongings> OfAsync(XrpcClient client, Did did)
    {
        var (roots, blocks) = CarReader.ReadAll((await client.QueryAsync("com.atproto.sync.getRepo", ("did", did))).Ok().Body);
        Assert.True(SignedCommit.TryDecode(blocks[roots[0]], out var head));
        var blobs = new Dictionary<string, string>();
        foreach (var item in (await client.QueryAsync("com.atproto.sync.listBlobs", ("did", did))).Ok().Json.GetProperty("cids").EnumerateArray())
        {
            var blob = (await client.QueryAsync("com.atproto.sync.getBlob", ("did", did), ("cid", item))).Ok();
            blobs.Add(item.GetString()!, $"{blob.ContentHeaders.ContentType?.MediaType} {Convert.ToHexString(blob.Body)}");
        }

        var session = (await client.QueryAsync("com.atproto.server.getSession")).Ok().Json;
        return new Belongings(
            head.Data,
            blocks.Where(block => block.Key != roots[0]).ToDictionary(),
            blobs,
            (await client.QueryAsync("app.bsky.actor.getPreferences")).Ok().Json.GetProperty("preferences"),
            session.GetProperty("handle").GetString()!);
    }

    /// <summary>Fails the test where anything differs.</summary>
    public void AssertSame(Belongings other)
    {
        Assert.Equal((Root, Handle), (other.Root, other.Handle));
        Assert.Equal(Blocks.Keys.Order(), other.Blocks.Keys.Order());
        Assert.All(Blocks, block => Assert.Equal(block.Value, other.Blocks[block.Key]));
        Assert.NotEmpty(Blobs);
        Assert.Equal(Blobs.OrderBy(blob => blob.Key, StringComparer.Ordinal), other.Blobs.OrderBy(blob => blob.Key, StringComparer.Ordinal));
        Assert.True(JsonElement.DeepEquals(Preferences, other.Preferences), $"{Preferences} is not {other.Preferences}");
    }
}
