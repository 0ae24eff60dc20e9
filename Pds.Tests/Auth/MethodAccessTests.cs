using System.Net.Http.Headers;
using Microsoft.Extensions.DependencyInjection;
using Pds.Modules.Auth.Sessions;
using Pds.Tests.Support;
using Pds.Xrpc;

namespace Pds.Tests.Auth;

/// <summary>Who may call which method, as the protocol says: for the methods about accounts, identities and administration.</summary>
public sealed class MethodAccessTests(PdsFixture pds) : IAsyncLifetime
{
    private const AccessKind Any = AccessKind.Full | AccessKind.AppPassword | AccessKind.AppPasswordPrivileged;
    private const AccessKind Full = AccessKind.Full;
    private const AccessKind Takendown = AccessKind.Takendown;
    private const AccessKind Queued = AccessKind.SignupQueued;

    private static readonly AccessKind[] Kinds =
    [
        AccessKind.Full, AccessKind.AppPassword, AccessKind.AppPasswordPrivileged, AccessKind.Takendown, AccessKind.SignupQueued,
    ];

    private readonly DpopKey _key = DpopKey.Create();
    private PdsServer _server = null!;
    private TestAccount _alice = null!;

    public async ValueTask InitializeAsync() => (_server, _alice) = (await pds.GetServerAsync(), await pds.CreateAccountAsync());

    public ValueTask DisposeAsync()
    {
        _key.Dispose();
        _alice.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <param name="path">The method, with parameters where it would refuse for want of them.</param>
    /// <param name="sessions">The kinds of session that it is open to.</param>
    /// <param name="app">The name of what an app meets that was granted nothing; null where it needs nothing.</param>
    /// <param name="input">What the app sends, where its rights are looked at after that.</param>
    [Theory]
    [InlineData("GET", "server.getSession", Any | Queued, null)]
    [InlineData("GET", "server.getServiceAuth?aud=did:web:a.test&lxm=com.atproto.server.createAccount", Any | Takendown, "ScopeMissingError")]
    [InlineData("POST", "server.createAppPassword", Full, "Forbidden")]
    [InlineData("GET", "server.listAppPasswords", Any, "Forbidden")]
    [InlineData("POST", "server.revokeAppPassword", Any, "Forbidden")]
    [InlineData("POST", "server.requestEmailConfirmation", Any, "ScopeMissingError")]
    [InlineData("POST", "server.confirmEmail", Any, "ScopeMissingError", """{"email":"a@mail.test","token":"a"}""")]
    [InlineData("POST", "server.requestEmailUpdate", Full, "Forbidden")]
    [InlineData("POST", "server.updateEmail", Full, "Forbidden")]
    [InlineData("POST", "server.requestAccountDelete", Full, "Forbidden")]
    [InlineData("POST", "server.deactivateAccount", Full | Takendown, "ScopeMissingError", "{}")]
    [InlineData("POST", "server.activateAccount", Full, "Forbidden")]
    [InlineData("GET", "server.checkAccountStatus", Any, null)]
    [InlineData("GET", "server.getAccountInviteCodes", Full, "Forbidden")]
    [InlineData("POST", "identity.updateHandle", Any, "ScopeMissingError", """{"handle":"a.test"}""")]
    [InlineData("GET", "identity.getRecommendedDidCredentials", Any, null)]
    [InlineData("POST", "identity.requestPlcOperationSignature", Full | Takendown, "ScopeMissingError")]
    [InlineData("POST", "identity.signPlcOperation", Full | Takendown, "ScopeMissingError", """{"token":"a"}""")]
    [InlineData("POST", "identity.submitPlcOperation", Any, "ScopeMissingError", """{"operation":{}}""")]
    [InlineData("GET", "temp.checkSignupQueue", Any | Queued, "Forbidden")]
    public async Task A_method_is_open_to_its_kinds_of_session_and_to_no_other(
        string verb, string path, AccessKind sessions, string? app, string? input = null)
    {
        var method = new HttpMethod(verb);
        path = $"/xrpc/com.atproto.{path}";

        foreach (var kind in Kinds)
        {
            _alice.Token = _server.Services.GetRequiredService<TokenIssuer>().Issue(_alice.Did, kind).AccessJwt;
            var reply = await _alice.SendAsync(new HttpRequestMessage(method, path));
            Assert.Equal((kind, !sessions.HasFlag(kind)), (kind, (reply.Status, reply.Error, reply.Message) == (400, "InvalidToken", "Bad token scope")));
        }

        var nobody = await _server.Xrpc.SendAsync(new HttpRequestMessage(method, path));
        var byApp = await _key.SendAsync(
            _server.Xrpc, method, path, TestTokens.Mint(_server, _alice.Did, _key.Jkt, "atproto"),
            content: input is null ? null : () => new StringContent(input, new MediaTypeHeaderValue("application/json")));
        Assert.Equal((401, "AuthMissing", "Authentication Required"), (nobody.Status, nobody.Error, nobody.Message));
        Assert.Equal((app is null ? 200 : 403, app), (byApp.Status, byApp.Error));
        if (app == "Forbidden")
        {
            Assert.Equal("OAuth credentials are not supported for this endpoint", byApp.Message);
        }
    }

    [Theory]
    [InlineData("GET", "admin.getAccountInfo")]
    [InlineData("GET", "admin.getAccountInfos")]
    [InlineData("GET", "admin.getInviteCodes")]
    [InlineData("GET", "admin.getSubjectStatus")]
    [InlineData("GET", "admin.searchAccounts")]
    [InlineData("POST", "admin.deleteAccount")]
    [InlineData("POST", "admin.disableAccountInvites")]
    [InlineData("POST", "admin.disableInviteCodes")]
    [InlineData("POST", "admin.enableAccountInvites")]
    [InlineData("POST", "admin.sendEmail")]
    [InlineData("POST", "admin.updateAccountEmail")]
    [InlineData("POST", "admin.updateAccountHandle")]
    [InlineData("POST", "admin.updateAccountPassword")]
    [InlineData("POST", "admin.updateSubjectStatus")]
    [InlineData("POST", "server.createInviteCode")]
    [InlineData("POST", "server.createInviteCodes")]
    public async Task A_method_of_the_administrators_is_open_to_no_account(string verb, string path)
    {
        var method = new HttpMethod(verb);
        path = $"/xrpc/com.atproto.{path}";

        var nobody = await _server.Xrpc.SendAsync(new HttpRequestMessage(method, path));
        var account = await _alice.SendAsync(new HttpRequestMessage(method, path));
        var app = await _key.SendAsync(_server.Xrpc, method, path, TestTokens.Mint(_server, _alice.Did, _key.Jkt));

        Assert.All(
            new[] { nobody, app },
            reply => Assert.Equal((401, "AuthenticationRequired", "Authentication Required"), (reply.Status, reply.Error, reply.Message)));
        Assert.Equal(401, account.Status);
        Assert.Contains(account.Error, (string[])["AuthenticationRequired", "BadJwtType"]);
    }
}
