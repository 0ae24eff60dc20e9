using System.Net.Http.Headers;
using AtProto;
using AtProto.Crypto;
using AtProto.Identity;
using AtProto.Plc;
using Microsoft.Extensions.Time.Testing;
using Pds.Contracts.Identity;
using Pds.Tests.Support;

namespace Pds.Tests.Identity;

public sealed class DidCacheTests(PdsFixture pds)
{
    [Fact]
    public async Task A_document_is_kept_then_refreshed_behind_the_answer_and_fetched_anew_on_demand()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(56));
        await using var server = await pds.StartServerAsync(time: time);
        var (did, genesis) = await CreateAsync(server);
        var first = await HandleAsync(server, did);

        var second = await UpdateAsync(did, genesis, "second.test");
        var cached = await HandleAsync(server, did);
        var fresh = await HandleAsync(server, did, fresh: true);
        await UpdateAsync(did, second, "third.test");
        time.Advance(TimeSpan.FromMinutes(61));
        var stale = await HandleAsync(server, did);

        Assert.Equal((first, "second.test", "second.test"), (cached, fresh, stale));
        await Eventually.TrueAsync(async () => await HandleAsync(server, did) == "third.test");
    }

    [Fact]
    public async Task An_old_document_outlives_an_outage_of_the_directory_for_a_day()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UnixEpoch.AddYears(56));
        var database = await PdsFixture.CreateDatabaseAsync();
        await using var server = await pds.StartServerAsync(time: time, database: database);
        var (did, _) = await CreateAsync(server);
        var before = await HandleAsync(server, did);

        // A replica that cannot reach the directory shares what the first has seen.
        var away = new Dictionary<string, string> { ["PDS_DID_PLC_URL"] = "http://127.0.0.1:1" };
        await using var replica = await pds.StartServerAsync(away, time, database);
        time.Advance(TimeSpan.FromHours(23));
        var duringOutage = await HandleAsync(replica, did);
        time.Advance(TimeSpan.FromHours(2));
        var refusal = await Assert.ThrowsAsync<Pds.Xrpc.XrpcException>(() => HandleAsync(replica, did));

        Assert.Equal(before, duringOutage);
        Assert.Equal((502, "UpstreamFailure"), (refusal.Status, refusal.Error));
    }

    private static async Task<(Did Did, Cid Genesis)> CreateAsync(PdsServer server)
    {
        var command = new CreateIdentity(Handle.Parse(TestAccount.NewHandle()), IdentityFlowTests.NewSigningKey(), null);
        var did = (await server.InvokeAsync<CreatedIdentity>(command)).Did;
        await server.InvokeAsync(new PublishIdentity(did));
        return (did, await LastAsync(server, did));
    }

    private static async Task<Cid> LastAsync(PdsServer server, Did did)
    {
        using var http = TestHttp.Create(server.PlcUrl);
        var json = await http.GetByteArrayAsync($"/{did}/log/last", TestContext.Current.CancellationToken);
        return PlcOperation.TryParse(json, out var last) ? last.Cid : throw new InvalidOperationException("no operation");
    }

    private async Task<Cid> UpdateAsync(Did did, Cid previous, string handle)
    {
        using var rotationKey = PrivateKey.FromBytes(KeyCurve.K256, Convert.FromHexString(PdsServer.RotationKey));
        using var http = TestHttp.Create(await pds.GetPlcUrlAsync());
        var data = PlcData.ForAccount(
            Handle.Parse(handle), IdentityFlowTests.NewSigningKey(), "http://localhost", [rotationKey.PublicKey.ToDidKey()]);
        var operation = PlcOperation.Update(data, previous).Sign(rotationKey);
        using var body = new ByteArrayContent(operation.ToJson());
        body.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using var reply = await http.PostAsync($"/{did}", body, TestContext.Current.CancellationToken);
        reply.EnsureSuccessStatusCode();
        return operation.Cid;
    }

    private static async Task<string> HandleAsync(PdsServer server, Did did, bool fresh = false)
    {
        var resolved = await server.InvokeAsync<ResolvedDid?>(new ResolveDidDocument(did, fresh));
        return DidDocument.Parse(resolved!.Json.Span).Handle!.Value.Value;
    }
}
