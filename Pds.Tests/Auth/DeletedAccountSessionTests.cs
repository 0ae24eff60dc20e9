using Pds.Tests.Support;

namespace Pds.Tests.Auth;

/// <summary>A session whose account was deleted: its tokens run out by themselves, and find nothing until then.</summary>
public sealed class DeletedAccountSessionTests(PdsFixture pds) : IAsyncLifetime
{
    private TestAccount _alice = null!;

    public async ValueTask InitializeAsync()
    {
        _alice = await pds.CreateAccountAsync();
        using var admin = new AdminClient(await pds.GetServerAsync());
        (await admin.ProcedureAsync("com.atproto.admin.deleteAccount", new { did = _alice.Did })).Ok();
    }

    public ValueTask DisposeAsync()
    {
        _alice.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task What_is_about_the_account_is_refused_by_one_name()
    {
        (string Method, object? Input)[] calls =
        [
            ("server.confirmEmail", new { email = _alice.Email, token = "AAAAA-AAAAA" }),
            ("server.createAppPassword", new { name = "app" }),
            ("server.deactivateAccount", new { }),
            ("server.requestAccountDelete", null),
            ("server.requestEmailConfirmation", null),
            ("server.requestEmailUpdate", null),
            ("server.updateEmail", new { email = "new@example.com" }),
            ("identity.requestPlcOperationSignature", null),
            ("identity.submitPlcOperation", new { operation = new { } }),
            ("identity.updateHandle", new { handle = TestAccount.NewHandle() }),
        ];
        foreach (var (method, input) in calls)
        {
            AssertNotFound(method, await _alice.ProcedureAsync($"com.atproto.{method}", input));
        }

        foreach (var method in new[] { "server.checkAccountStatus", "server.getAccountInviteCodes", "identity.getRecommendedDidCredentials" })
        {
            AssertNotFound(method, await _alice.QueryAsync($"com.atproto.{method}"));
        }

        AssertNotFound(
            "server.getServiceAuth",
            await _alice.QueryAsync("com.atproto.server.getServiceAuth", ("aud", "did:web:api.example.com"), ("lxm", "app.bsky.feed.getTimeline")));
    }

    [Fact]
    public async Task It_cannot_be_activated_and_has_no_code_to_sign_with()
    {
        var activated = await _alice.ProcedureAsync("com.atproto.server.activateAccount");
        var signed = await _alice.ProcedureAsync("com.atproto.identity.signPlcOperation", new { token = "AAAAA-AAAAA" });

        Assert.Equal((400, "AccountNotFound", "user not found"), (activated.Status, activated.Error, activated.Message));
        Assert.Equal((400, "InvalidToken", "Token is invalid"), (signed.Status, signed.Error, signed.Message));
    }

    [Fact]
    public async Task It_has_nobody_to_tell_of_and_is_not_refreshed()
    {
        var told = await _alice.QueryAsync("com.atproto.server.getSession");
        _alice.Token = _alice.RefreshToken;
        var refreshed = await _alice.ProcedureAsync("com.atproto.server.refreshSession");

        var refusal = (400, "InvalidRequest", $"Could not find user info for account: {_alice.Did}");
        Assert.Equal(refusal, (told.Status, told.Error, told.Message));
        Assert.Equal(refusal, (refreshed.Status, refreshed.Error, refreshed.Message));
    }

    private static void AssertNotFound(string method, XrpcReply reply) =>
        Assert.Equal((method, 403, "AccountNotFound", "Account not found"), (method, reply.Status, reply.Error, reply.Message));
}
