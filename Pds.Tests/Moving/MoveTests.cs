using System.Text.Json;
using AtProto;
using AtProto.Crypto;
using AtProto.Repo;
using Pds.Contracts.Auth;
using Pds.Modules.Moving.Engine;
using Pds.Tests.Support;

namespace Pds.Tests.Moving;

/// <summary>An account that moves from one of our servers to another by calls alone.</summary>
public sealed class MoveTests(MoveWorld world) : IClassFixture<MoveWorld>
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Everything_comes_along_and_is_looked_at_again()
    {
        using var alice = await world.SettleAsync();
        using var key = PrivateKey.Generate(KeyCurve.P256);
        await world.AddOwnKeyAsync(alice.Did, key);
        var before = await world.ReadPlcAsync(alice.Did);
        var (root, blobs) = (await RootAsync(alice, alice.Did), await BlobsAsync(alice, alice.Did));

        var report = await world.MoveAsync(alice);

        Assert.Empty(report.Problems);
        Assert.Equal((alice.Did, alice.Handle.Value, 28, true), (report.Did, report.Handle, report.Records, report.RecordsAreEqual));
        Assert.Equal((3, 9, true), (report.Blobs, report.BlobBytes, report.PreferencesAreEqual));
        Assert.Equal((true, true, false), (report.IdentityIsHere, report.NewIsActive, report.OldIsActive));
        Assert.Equal([key.PublicKey.ToDidKey()], report.OwnRotationKeys);
        var there = await world.EnterAsync(alice.Did);
        Assert.Equal(root, await RootAsync(there, alice.Did));
        Assert.Equal(blobs, await BlobsAsync(there, alice.Did));
        Assert.Equal(await PreferencesAsync(alice), await PreferencesAsync(there));
        var type = await there.QueryAsync("com.atproto.sync.getBlob", ("did", alice.Did), ("cid", blobs[0]));
        Assert.Equal("application/x-thing", type.Header("Content-Type"));
        Assert.Equal(before.RotationKeys, (await world.ReadPlcAsync(alice.Did)).RotationKeys);
        Assert.Equal(world.New.Url.Port, new Uri((await world.ReadPlcAsync(alice.Did)).PersonalDataServer!.Endpoint).Port);
        (await there.ProcedureAsync("com.atproto.repo.createRecord", new
        {
            repo = alice.Did, collection = "app.bsky.feed.post", record = Records.Post("at home"),
        })).Ok();
    }

    [Fact]
    public async Task A_run_that_is_cut_anywhere_is_run_again_and_goes_on()
    {
        using var alice = await world.SettleAsync();
        string[] calls =
        [
            "com.atproto.server.createSession", "com.atproto.server.getServiceAuth", "com.atproto.server.createAccount",
            "com.atproto.repo.importRepo", "com.atproto.repo.listMissingBlobs", "com.atproto.repo.uploadBlob",
            "app.bsky.actor.putPreferences", "com.atproto.sync.listBlobs", "com.atproto.identity.requestPlcOperationSignature",
            "com.atproto.identity.signPlcOperation", "com.atproto.identity.submitPlcOperation", "com.atproto.server.activateAccount",
            "com.atproto.server.deactivateAccount", "com.atproto.identity.resolveHandle",
        ];
        var cuts = new Queue<(string Method, bool IsDone)>(calls.SelectMany(call => new[] { (call, false), (call, true) }));
        using var http = new HttpClient(new CutHandler(cuts), disposeHandler: true);
        var request = MoveWorld.RequestOf(alice);
        MoveOutcome? outcome = null;
        var isCut = false;

        for (var run = 0; outcome is null || outcome.Pause is not null; run++)
        {
            Assert.True(run < 100, $"The move does not come past {cuts.FirstOrDefault()}");
            try
            {
                // Every run begins with nothing but the answers: the process that had more is gone.
                outcome = await world.Open(http).RunAsync(request, Cancelled);
                request = request with { PlcToken = outcome.Pause == MovePause.PlcToken ? await world.Mail.NextCodeAsync(alice.Email) : null };
            }
            catch (CutException)
            {
                isCut = true;

                // A code that was shown may have been used up.
                request = request with { PlcToken = null };
                outcome = null;
            }
        }

        Assert.True(isCut && cuts.Count == 0, $"Never cut at {cuts.FirstOrDefault()}");
        Assert.Empty(outcome.Report.Problems);
        Assert.Equal((28, true, true), (outcome.Report.Records, outcome.Report.RecordsAreEqual, outcome.Report.PreferencesAreEqual));
        Assert.Equal((3, true, false), (outcome.Report.Blobs, outcome.Report.NewIsActive, outcome.Report.OldIsActive));
    }

    [Fact]
    public async Task A_move_that_waited_for_hours_goes_on_with_its_sessions_and_a_new_code()
    {
        using var alice = await world.SettleAsync();
        using var http = TestHttp.Create(world.Old.Url);
        var move = world.Open(http);
        Assert.Equal(MovePause.PlcToken, (await move.RunAsync(MoveWorld.RequestOf(alice), Cancelled)).Pause);
        var old = await world.Mail.NextCodeAsync(alice.Email);
        world.Time.Advance(TimeSpan.FromHours(3));
        var request = new MoveRequest(alice.Handle.Value, "forgotten", "forgotten");
        move = world.Open(http, move.Sessions);

        var wrong = await move.RunAsync(request with { PlcToken = "AAAAA-AAAAA" }, Cancelled);
        var late = await move.RunAsync(request with { PlcToken = old }, Cancelled);
        var code = await world.Mail.NextCodeAsync(alice.Email);
        if (code == old)
        {
            // Hours that pass in no time can end another process's hold of a mail just sent: it comes twice then.
            code = await world.Mail.NextCodeAsync(alice.Email);
        }

        var done = await move.RunAsync(request with { PlcToken = code }, Cancelled);

        Assert.Equal((MovePause.PlcToken, true), (wrong.Pause, wrong.Problem is not null));
        Assert.Equal((MovePause.PlcToken, true), (late.Pause, late.Problem is not null));
        Assert.Null(done.Pause);
        Assert.Empty(done.Report.Problems);
    }

    [Fact]
    public async Task Without_its_blobs_an_account_goes_only_when_it_is_told_to()
    {
        using var alice = await world.SettleAsync();
        var lost = (await BlobsAsync(alice, alice.Did))[1];
        foreach (var file in Directory.EnumerateFiles(PdsServer.BlobFolder(world.Old.Url.Port), "*", SearchOption.AllDirectories)
            .Where(path => path.Contains(lost, StringComparison.Ordinal)))
        {
            File.Delete(file);
        }

        using var http = TestHttp.Create(world.Old.Url);
        var move = world.Open(http);
        var request = MoveWorld.RequestOf(alice);

        var asked = await move.RunAsync(request, Cancelled);
        var still = await move.RunAsync(request, Cancelled);
        request = request with { GoOnWithoutLostBlobs = true };
        Assert.Equal(MovePause.PlcToken, (await move.RunAsync(request, Cancelled)).Pause);
        var done = await move.RunAsync(request with { PlcToken = await world.Mail.NextCodeAsync(alice.Email) }, Cancelled);

        Assert.Equal((MovePause.LostBlobs, MovePause.LostBlobs), (asked.Pause, still.Pause));
        Assert.Equal(lost, Assert.Single(asked.Report.LostBlobs).Cid.ToString());
        Assert.Equal(lost, Assert.Single(done.Report.LostBlobs).Cid.ToString());
        Assert.Equal((2L, true), (done.Report.Blobs, done.Report.NewIsActive));
    }

    [Fact]
    public async Task A_key_of_ones_own_signs_in_place_of_the_old_server()
    {
        using var alice = await world.SettleAsync();
        using var key = PrivateKey.Generate(KeyCurve.K256);
        using var http = TestHttp.Create(world.Old.Url);
        var move = world.Open(http);
        var request = MoveWorld.RequestOf(alice) with { RecoveryKey = key };
        var refused = await Assert.ThrowsAsync<MoveException>(() => move.RunAsync(request, Cancelled));
        await world.AddOwnKeyAsync(alice.Did, key);

        var done = await move.RunAsync(request, Cancelled);

        Assert.Contains("rotation keys", refused.Message, StringComparison.Ordinal);
        Assert.Null(done.Pause);
        Assert.Empty(done.Report.Problems);
        Assert.Equal([key.PublicKey.ToDidKey()], done.Report.OwnRotationKeys);
    }

    [Fact]
    public async Task A_second_factor_is_asked_for()
    {
        using var alice = await world.SettleAsync();
        (await alice.ProcedureAsync("com.atproto.server.requestEmailConfirmation")).Ok();
        (await alice.ProcedureAsync("com.atproto.server.confirmEmail", new { email = alice.Email, token = await world.Mail.NextCodeAsync(alice.Email) })).Ok();
        await world.Old.InvokeAsync(new SetEmailFactor(alice.Did, "192.0.2.1", true, alice.Password));
        using var http = TestHttp.Create(world.Old.Url);
        var move = world.Open(http);
        var request = MoveWorld.RequestOf(alice);

        var asked = await move.RunAsync(request, Cancelled);
        var wrong = await move.RunAsync(request with { SignInCode = "AAAAA-AAAAA" }, Cancelled);
        var entered = await move.RunAsync(request with { SignInCode = await world.Mail.NextCodeAsync(alice.Email) }, Cancelled);

        Assert.Equal((MovePause.OldSignInCode, null), (asked.Pause, asked.Problem));
        Assert.Equal((MovePause.OldSignInCode, true), (wrong.Pause, wrong.Problem is not null));
        Assert.Equal(MovePause.PlcToken, entered.Pause);
    }

    [Fact]
    public async Task What_is_run_again_after_the_move_changes_nothing_that_was_written_since()
    {
        using var alice = await world.SettleAsync();
        await world.MoveAsync(alice);
        var there = await world.EnterAsync(alice.Did);
        (await there.ProcedureAsync("com.atproto.repo.createRecord", new
        {
            repo = alice.Did, collection = "app.bsky.feed.post", record = Records.Post("since"),
        })).Ok();
        using var http = TestHttp.Create(world.Old.Url);

        var again = await world.Open(http).RunAsync(MoveWorld.RequestOf(alice), Cancelled);

        Assert.Null(again.Pause);
        Assert.Empty(again.Report.Problems);
        Assert.Equal((29, false), (again.Report.Records, again.Report.RecordsAreEqual));
    }

    [Fact]
    public async Task Who_gives_a_wrong_password_has_nothing_moved()
    {
        using var alice = await world.SettleAsync();
        using var http = TestHttp.Create(world.Old.Url);

        var refused = await Assert.ThrowsAsync<MoveException>(
            () => world.Open(http).RunAsync(MoveWorld.RequestOf(alice) with { OldPassword = "wrong" }, Cancelled));

        Assert.Equal(("AuthenticationRequired", "com.atproto.server.createSession"), (refused.Error, refused.Method));
        Assert.Equal(400, (await world.New.Xrpc.QueryAsync("com.atproto.sync.getRepoStatus", ("did", alice.Did))).Status);
    }

    private static async Task<Cid> RootAsync(XrpcClient client, Did did)
    {
        var (roots, blocks) = CarReader.ReadAll((await client.QueryAsync("com.atproto.sync.getRepo", ("did", did))).Ok().Body);
        Assert.True(SignedCommit.TryDecode(blocks[roots[0]], out var head));
        return head.Data;
    }

    private static async Task<string[]> BlobsAsync(XrpcClient client, Did did) =>
        [.. (await client.QueryAsync("com.atproto.sync.listBlobs", ("did", did))).Ok().Json.GetProperty("cids").EnumerateArray().Select(cid => cid.GetString()!)];

    private static async Task<string> PreferencesAsync(XrpcClient client) =>
        JsonSerializer.Serialize((await client.QueryAsync("app.bsky.actor.getPreferences")).Ok().Json);
}
