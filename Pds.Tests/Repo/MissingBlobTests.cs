using System.Text.Json.Nodes;
using AtProto;
using Pds.Tests.Support;

namespace Pds.Tests.Repo;

public sealed class MissingBlobTests(PdsFixture pds)
{
    [Fact]
    public async Task Blobs_that_records_name_are_listed_page_by_page_until_they_are_here()
    {
        using var alice = await pds.CreateAccountAsync();
        var bytes = Enumerable.Range(0, 5).Select(i => new[] { (byte)'x', (byte)i, (byte)'y' }).ToList();
        var cids = bytes.Select(blob => Cid.Compute(CidCodec.Raw, blob).ToString()).ToList();
        var car = new RepoCar(alice.Did);
        for (var i = 0; i < cids.Count; i++)
        {
            car.Add($"com.example.file/{i}", new JsonObject
            {
                ["file"] = new JsonObject
                {
                    ["$type"] = "blob", ["ref"] = new JsonObject { ["$link"] = cids[i] }, ["mimeType"] = "text/plain", ["size"] = 3,
                },
            });
        }

        // What older records call a blob is one too.
        var legacy = Cid.Compute(CidCodec.Raw, "old"u8).ToString();
        car.Add("com.example.file/old", new JsonObject { ["file"] = new JsonObject { ["cid"] = legacy, ["mimeType"] = "image/png" } });
        (await RepoCar.ImportAsync(alice, car.Build().ToBytes())).Ok();

        var missing = await ListAsync(alice);
        Assert.Equal(cids.Append(legacy).Order(), missing.Select(item => item.Cid).Order());
        Assert.Contains((cids[2], $"at://{alice.Did}/com.example.file/2"), missing);

        (await alice.ProcedureAsync("com.atproto.repo.uploadBlob", bytes[2], "text/plain")).Ok();
        Assert.DoesNotContain(cids[2], (await ListAsync(alice)).Select(item => item.Cid));
    }

    private static async Task<List<(string Cid, string RecordUri)>> ListAsync(TestAccount account)
    {
        var found = new List<(string, string)>();
        string? cursor = null;
        while (true)
        {
            var page = (await account.QueryAsync("com.atproto.repo.listMissingBlobs", ("limit", 2), ("cursor", cursor))).Ok().Json;
            var blobs = page.GetProperty("blobs").EnumerateArray().ToList();
            if (blobs.Count == 0)
            {
                return found;
            }

            found.AddRange(blobs.Select(blob => (blob.GetProperty("cid").GetString()!, blob.GetProperty("recordUri").GetString()!)));
            cursor = page.GetProperty("cursor").GetString();
        }
    }
}
