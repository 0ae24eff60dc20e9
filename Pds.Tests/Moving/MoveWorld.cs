using System.Text.Json.Nodes;
using AtProto;
using AtProto.Crypto;
using AtProto.Plc;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Pds.Modules.Identity.Plc;
using Pds.Modules.Moving.Engine;
using Pds.Tests.Support;

namespace Pds.Tests.Moving;

/// <summary>Two servers of ours that know of each other only what is public, and people who have much to carry.</summary>
public sealed class MoveWorld(PdsFixture pds) : IAsyncLifetime
{
    /// <summary>What accounts have at the new server.</summary>
    public const string NewPassword = "the password at the new server";

    private readonly MailSink _mail = new();
    private FakeService _appView = null!;
    private Uri _plc = null!;

    public PdsServer Old { get; private set; } = null!;

    public PdsServer New { get; private set; } = null!;

    public MailSink Mail => _mail;

    public Uri Plc => _plc;

    /// <summary>The clock of both servers.</summary>
    public FakeTimeProvider Time { get; } = new(TimeProvider.System.GetUtcNow());

    public async ValueTask InitializeAsync()
    {
        _plc = await pds.GetPlcUrlAsync();
        _appView = await FakeService.StartAsync();
        Old = await pds.StartServerAsync(new Dictionary<string, string>([.. _appView.AsAppView(), .. _mail.Settings]), Time);
        New = await pds.StartServerAsync(_appView.AsAppView(), Time);
    }

    public async ValueTask DisposeAsync()
    {
        await New.DisposeAsync();
        await Old.DisposeAsync();
        await _appView.DisposeAsync();
        await _mail.DisposeAsync();
    }

    /// <summary>Somebody at the old server, with records, blobs and preferences.</summary>
    public async Task<TestAccount> SettleAsync() => await SettleAsync(await TestAccount.CreateAsync(Old));

    /// <summary>Gives an account records, blobs and preferences.</summary>
    public static async Task<TestAccount> SettleAsync(TestAccount account)
    {
        for (var i = 0; i < 25; i++)
        {
            (await account.CreateRecordAsync(Records.Post($"post {i}"))).Ok();
        }

        for (var i = 0; i < 3; i++)
        {
            // Bytes whose type nobody can guess: it is what was declared.
            var blob = (await account.ProcedureAsync("com.atproto.repo.uploadBlob", [1, 2, (byte)i], "application/x-thing"))
                .Ok().Json.GetProperty("blob");
            (await account.CreateRecordAsync(new { file = blob }, "com.example.file")).Ok();
        }

        (await account.ProcedureAsync("app.bsky.actor.putPreferences", new JsonObject
        {
            ["preferences"] = new JsonArray(
                new JsonObject { ["$type"] = "app.bsky.actor.defs#adultContentPref", ["enabled"] = true },
                new JsonObject { ["$type"] = "app.bsky.actor.defs#personalDetailsPref", ["birthDate"] = "1990-05-06T00:00:00.000Z" }),
        })).Ok();
        return account;
    }

    /// <summary>Gives an account's DID a rotation key of its own.</summary>
    public async Task AddOwnKeyAsync(Did did, PrivateKey key)
    {
        using var server = PrivateKey.FromBytes(KeyCurve.K256, Convert.FromHexString(PdsServer.RotationKey));
        var directory = Old.Services.GetRequiredService<PlcClient>();
        var last = (await directory.GetLastAsync(did, TestContext.Current.CancellationToken))!;
        var data = last.Data! with { RotationKeys = [key.PublicKey.ToDidKey(), .. last.Data.RotationKeys] };
        await directory.SubmitAsync(did, PlcOperation.Update(data, last.Cid).Sign(server), TestContext.Current.CancellationToken);
    }

    public async Task<PlcData> ReadPlcAsync(Did did) =>
        (await Old.Services.GetRequiredService<PlcClient>().GetLastAsync(did, TestContext.Current.CancellationToken))!.Data!;

    public static MoveRequest RequestOf(TestAccount account) => new(account.Handle.Value, account.Password, NewPassword);

    /// <summary>A move from the old server to the new one.</summary>
    /// <param name="http">Such as one that breaks.</param>
    internal Move Open(HttpClient http, MoveSessions? sessions = null) => new(
        new ServerClient(http, Old.Url, "the old server", TimeProvider.System),
        new ServerClient(http, New.Url, "the new server", TimeProvider.System),
        new PlcDirectory(http, http, _plc, allowPlainHttp: true),
        TimeProvider.System)
    {
        Sessions = sessions,
    };

    /// <summary>Runs a move to its end, with the code that is mailed on the way.</summary>
    internal async Task<MoveReport> MoveAsync(TestAccount account)
    {
        using var http = TestHttp.Create(Old.Url);
        var move = Open(http);
        var waiting = await move.RunAsync(RequestOf(account), TestContext.Current.CancellationToken);
        Assert.Equal(MovePause.PlcToken, waiting.Pause);
        var code = await Mail.NextCodeAsync(account.Email);
        var outcome = await move.RunAsync(RequestOf(account) with { PlcToken = code }, TestContext.Current.CancellationToken);
        Assert.Null(outcome.Pause);
        return outcome.Report;
    }

    /// <summary>Signs in at the new server.</summary>
    public async Task<XrpcClient> EnterAsync(Did did)
    {
        // At one and the same microsecond two servers could give records the same keys.
        Time.Advance(TimeSpan.FromSeconds(1));
        var session = (await New.Xrpc.ProcedureAsync("com.atproto.server.createSession", new { identifier = did, password = NewPassword })).Ok();
        return new XrpcClient(New.Xrpc.Http) { Token = session.Json.GetProperty("accessJwt").GetString() };
    }
}
