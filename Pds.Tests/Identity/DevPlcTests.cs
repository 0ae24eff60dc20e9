using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using AtProto;
using AtProto.Crypto;
using AtProto.Identity;
using AtProto.Plc;
using Microsoft.AspNetCore.Builder;
using Pds.DevPlc;

namespace Pds.Tests.Identity;

public sealed class DevPlcTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("dev-plc-").FullName;
    private readonly PrivateKey _recovery = PrivateKey.Generate(KeyCurve.P256);
    private readonly PrivateKey _server = PrivateKey.Generate(KeyCurve.K256);
    private WebApplication _app = null!;
    private HttpClient _http = null!;

    private string DataFile => Path.Combine(_folder, "data", "plc.jsonl");

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => await StartAsync();

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _recovery.Dispose();
        _server.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Registers_updates_and_ends_a_did()
    {
        var genesis = PlcOperation.Genesis(Data("alice.test")).Sign(_server);
        Assert.Equal(HttpStatusCode.NotFound, (await _http.GetAsync($"/{genesis.Did}", Cancelled)).StatusCode);

        await SubmitAsync(genesis.Did, genesis);
        var update = PlcOperation.Update(Data("bob.test"), genesis.Cid).Sign(_server);
        await SubmitAsync(genesis.Did, update);

        var reply = await _http.GetAsync($"/{genesis.Did}", Cancelled);
        Assert.Equal("application/did+ld+json", reply.Content.Headers.ContentType?.MediaType);
        var document = DidDocument.Parse(await reply.Content.ReadAsByteArrayAsync(Cancelled));
        Assert.Equal(Handle.Parse("bob.test"), document.Handle);
        Assert.Equal(_server.PublicKey, document.SigningKey);
        Assert.Equal("https://pds.test", document.PdsEndpoint);

        var data = await GetJsonAsync($"/{Uri.EscapeDataString(genesis.Did.Value)}/data");
        Assert.Equal(genesis.Did.Value, data.GetProperty("did").GetString());
        Assert.Equal("at://bob.test", data.GetProperty("alsoKnownAs")[0].GetString());
        Assert.Equal(2, (await GetJsonAsync($"/{genesis.Did}/log")).GetArrayLength());
        Assert.True(PlcOperation.TryParse(await GetJsonAsync($"/{genesis.Did}/log/last"), out var last));
        Assert.Equal(update.Cid, last.Cid);

        await SubmitAsync(genesis.Did, PlcOperation.Tombstone(update.Cid).Sign(_recovery));
        Assert.Equal((HttpStatusCode.NotFound, $"DID not available: {genesis.Did}"), await RefusalAsync(_http.GetAsync($"/{genesis.Did}", Cancelled)));
        Assert.Equal(HttpStatusCode.NotFound, (await _http.GetAsync($"/{genesis.Did}/data", Cancelled)).StatusCode);
        Assert.Equal("plc_tombstone", (await GetJsonAsync($"/{genesis.Did}/log/last")).GetProperty("type").GetString());
    }

    [Fact]
    public async Task A_recovery_shows_in_the_audit_log_only()
    {
        var genesis = PlcOperation.Genesis(Data("alice.test")).Sign(_server);
        await SubmitAsync(genesis.Did, genesis);
        await SubmitAsync(genesis.Did, PlcOperation.Update(Data("thief.test"), genesis.Cid).Sign(_server));
        await SubmitAsync(genesis.Did, PlcOperation.Update(Data("owner.test"), genesis.Cid).Sign(_recovery));

        var audit = new List<PlcLogEntry>();
        foreach (var json in (await GetJsonAsync($"/{genesis.Did}/log/audit")).EnumerateArray())
        {
            Assert.True(PlcLogEntry.TryParse(json, out var entry));
            audit.Add(entry);
        }

        Assert.Equal([false, true, false], audit.Select(entry => entry.Nullified));
        Assert.Equal(3, PlcLog.Validate(genesis.Did, audit).Entries.Length);
        Assert.Equal(2, (await GetJsonAsync($"/{genesis.Did}/log")).GetArrayLength());
    }

    [Fact]
    public async Task Refuses_with_a_message_and_keeps_nothing()
    {
        var genesis = PlcOperation.Genesis(Data("alice.test")).Sign(_server);
        using var stranger = PrivateKey.Generate(KeyCurve.K256);
        var forged = PlcOperation.Genesis(Data("alice.test")).Sign(stranger);

        Assert.Equal((HttpStatusCode.BadRequest, "Invalid signature on operation"), await RefusalAsync(PostAsync(forged.Did, forged.ToJson())));
        Assert.Equal(HttpStatusCode.BadRequest, (await PostAsync(forged.Did, genesis.ToJson())).StatusCode);
        Assert.Equal((HttpStatusCode.BadRequest, "Not a valid operation"), await RefusalAsync(PostAsync(genesis.Did, "{}"u8.ToArray())));
        Assert.Equal(HttpStatusCode.BadRequest, (await PostAsync(genesis.Did, PlcOperation.Genesis(Data("alice.test")).ToJson())).StatusCode);
        var many = Data("alice.test") with { AlsoKnownAs = [.. Enumerable.Range(0, 11).Select(i => $"at://a{i}.test")] };
        var crowded = PlcOperation.Genesis(many).Sign(_server);
        Assert.Equal(
            (HttpStatusCode.BadRequest, "Too many alsoKnownAs entries (max 10)"), await RefusalAsync(PostAsync(crowded.Did, crowded.ToJson())));
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await PostAsync(genesis.Did, new byte[100_000])).StatusCode);
        Assert.Equal("", await _http.GetStringAsync("export", Cancelled));
    }

    [Fact]
    public async Task Of_rival_updates_one_is_taken()
    {
        var genesis = PlcOperation.Genesis(Data("alice.test")).Sign(_server);
        await SubmitAsync(genesis.Did, genesis);

        var replies = await Task.WhenAll(Enumerable.Range(0, 8).Select(i =>
            PostAsync(genesis.Did, PlcOperation.Update(Data($"a{i}.test"), genesis.Cid).Sign(_server).ToJson())));

        Assert.Single(replies, reply => reply.StatusCode == HttpStatusCode.OK);
        Assert.Equal(2, (await GetJsonAsync($"/{genesis.Did}/log/audit")).GetArrayLength());
    }

    [Fact]
    public async Task A_restart_and_a_torn_last_line_lose_nothing_acknowledged()
    {
        var genesis = PlcOperation.Genesis(Data("alice.test")).Sign(_server);
        await SubmitAsync(genesis.Did, genesis);
        await SubmitAsync(genesis.Did, PlcOperation.Update(Data("thief.test"), genesis.Cid).Sign(_server));
        await SubmitAsync(genesis.Did, PlcOperation.Update(Data("owner.test"), genesis.Cid).Sign(_recovery));
        var audit = await _http.GetStringAsync($"/{genesis.Did}/log/audit", Cancelled);
        var export = await _http.GetStringAsync("export", Cancelled);

        await StopAsync();
        await File.AppendAllTextAsync(DataFile, """{"did":"did:plc:half""", Cancelled);
        await StartAsync();

        Assert.Equal(audit, await _http.GetStringAsync($"/{genesis.Did}/log/audit", Cancelled));
        Assert.Equal(export, await _http.GetStringAsync("export", Cancelled));
        var other = PlcOperation.Genesis(Data("other.test")).Sign(_recovery);
        await SubmitAsync(other.Did, other);

        await StopAsync();
        await StartAsync();
        Assert.Equal(4, (await _http.GetStringAsync("export", Cancelled)).Split('\n').Length);
    }

    [Fact]
    public async Task A_spoiled_file_stops_the_start()
    {
        await StopAsync();
        await File.WriteAllTextAsync(DataFile, "{}\n", Cancelled);

        var refusal = Assert.Throws<InvalidDataException>(Create);

        Assert.Contains("line 1", refusal.Message, StringComparison.Ordinal);
        File.Delete(DataFile);
        await StartAsync();
    }

    [Fact]
    public async Task Exports_by_time_and_by_number()
    {
        var operations = Enumerable.Range(0, 5).Select(i => PlcOperation.Genesis(Data($"a{i}.test")).Sign(_server)).ToList();
        foreach (var operation in operations)
        {
            await SubmitAsync(operation.Did, operation);
        }

        var all = await ExportAsync("export");
        Assert.Equal(operations.Select(operation => operation.Did.Value), all.Select(line => line.GetProperty("did").GetString()));
        var numbered = await ExportAsync("export?after=1&count=3");
        Assert.Equal([2, 3, 4], numbered.Select(line => line.GetProperty("seq").GetInt32()));
        Assert.Equal("sequenced_op", numbered[0].GetProperty("type").GetString());
        var time = DateTimeOffset.Parse(all[4].GetProperty("createdAt").GetString()!, CultureInfo.InvariantCulture);
        Assert.Empty(await ExportAsync($"export?after={Uri.EscapeDataString(time.ToString("O", CultureInfo.InvariantCulture))}"));
        Assert.Equal(5, (await ExportAsync("export?after=2020-01-01T00:00:00.000Z")).Count);
        Assert.Equal(HttpStatusCode.BadRequest, (await _http.GetAsync("export?count=0", Cancelled)).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await _http.GetAsync("export?after=yesterday", Cancelled)).StatusCode);
    }

    [Fact]
    public async Task Is_healthy() => Assert.True((await GetJsonAsync("_health")).TryGetProperty("version", out _));

    private async Task StartAsync()
    {
        _app = Create();
        await _app.StartAsync(Cancelled);
        _http = new HttpClient(new SocketsHttpHandler(), disposeHandler: true) { BaseAddress = new Uri(_app.Urls.Single() + "/") };
    }

    private async Task StopAsync()
    {
        _http.Dispose();
        await _app.StopAsync(CancellationToken.None);
        await _app.DisposeAsync();
    }

    private WebApplication Create() => DevPlcApplication.Create(
        ["--urls", "http://127.0.0.1:0", "--PLC_DATA_FILE", DataFile, "--Logging:LogLevel:Default", "Warning"]);

    private PlcData Data(string handle) => PlcData.ForAccount(
        Handle.Parse(handle), _server.PublicKey.ToDidKey(), "https://pds.test", [_recovery.PublicKey.ToDidKey(), _server.PublicKey.ToDidKey()]);

    private async Task SubmitAsync(Did did, PlcOperation operation)
    {
        using var reply = await PostAsync(did, operation.ToJson());
        Assert.True(reply.IsSuccessStatusCode, await reply.Content.ReadAsStringAsync(Cancelled));
    }

    private async Task<HttpResponseMessage> PostAsync(Did did, byte[] json)
    {
        using var content = new ByteArrayContent(json);
        content.Headers.ContentType = new("application/json");
        return await _http.PostAsync($"/{did}", content, Cancelled);
    }

    private static async Task<(HttpStatusCode Status, string? Message)> RefusalAsync(Task<HttpResponseMessage> request)
    {
        using var reply = await request;
        using var json = JsonDocument.Parse(await reply.Content.ReadAsByteArrayAsync(Cancelled));
        return (reply.StatusCode, json.RootElement.GetProperty("message").GetString());
    }

    private async Task<JsonElement> GetJsonAsync(string path)
    {
        using var json = JsonDocument.Parse(await _http.GetByteArrayAsync(path, Cancelled));
        return json.RootElement.Clone();
    }

    private async Task<List<JsonElement>> ExportAsync(string path)
    {
        var lines = await _http.GetStringAsync(path, Cancelled);
        return [.. lines.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line =>
        {
            using var json = JsonDocument.Parse(Encoding.UTF8.GetBytes(line));
            return json.RootElement.Clone();
        })];
    }
}
