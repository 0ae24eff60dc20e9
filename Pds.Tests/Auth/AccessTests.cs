using Pds.Tests.Support;
using Pds.Xrpc;

namespace Pds.Tests.Auth;

public sealed class AccessTests(AccessTestHost host) : IClassFixture<AccessTestHost>
{
    public static TheoryData<string, AccessKind, bool> Kinds
    {
        get
        {
            var data = new TheoryData<string, AccessKind, bool>();
            foreach (var (name, rule) in Access.Rules.Where(rule => !rule.Value.RefusesTakendown))
            {
                AccessKind[] kinds =
                [
                    AccessKind.Full,
                    AccessKind.AppPassword,
                    AccessKind.AppPasswordPrivileged,
                    AccessKind.Takendown,
                    AccessKind.SignupQueued,
                ];
                foreach (var kind in kinds.Where(_ => (rule.Kinds & AccessKind.Full) != 0))
                {
                    data.Add(name, kind, (rule.Kinds & kind) != 0);
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Each_kind_of_session_opens_what_it_should(string policy, AccessKind kind, bool opens)
    {
        var reply = await host.CallAsync(policy, $"Bearer {host.Issue(kind).AccessJwt}");

        if (opens)
        {
            Assert.Equal(
                (200, kind.ToString(), AccessTestHost.Alice.Value),
                (reply.Status, reply.Json.GetProperty("kind").GetString(), reply.Json.GetProperty("did").GetString()));
            Assert.Equal(("private", "Authorization"), (reply.Header("Cache-Control"), reply.Header("Vary")));
        }
        else
        {
            AssertRefused(reply, 400, "InvalidToken", "Bad token scope");
        }
    }

    [Theory]
    [InlineData(nameof(Access.Account))]
    [InlineData(nameof(Access.Refresh))]
    [InlineData(nameof(Access.FullSessionNotTakendown))]
    public async Task Without_a_header_authentication_is_missing(string policy) =>
        AssertRefused(await host.CallAsync(policy, null), 401, "AuthMissing", "Authentication Required");

    [Theory]
    [InlineData(nameof(Access.Admin))]
    [InlineData(nameof(Access.Moderation))]
    public async Task Without_a_header_an_administrators_method_requires_authentication(string policy) =>
        AssertRefused(await host.CallAsync(policy, null), 401, "AuthenticationRequired", "Authentication Required");

    [Theory]
    [InlineData(nameof(Access.OptionalAccount))]
    [InlineData(nameof(Access.OptionalService))]
    public async Task Without_a_header_an_optional_method_is_called_by_nobody(string policy)
    {
        var reply = await host.CallAsync(policy, null);

        Assert.Equal("nobody", reply.Ok().Json.GetProperty("kind").GetString());
    }

    [Theory]
    [InlineData("Bearer")]
    [InlineData("Bearer a b")]
    [InlineData("nonsense")]
    public async Task A_malformed_header_is_refused(string header) =>
        AssertRefused(await host.CallAsync(Access.Account, header), 400, "InvalidToken", "Malformed authorization header");

    [Theory]
    [InlineData("Digest abc")]
    [InlineData("Negotiate abc")]
    public async Task An_unsupported_type_is_refused(string header)
    {
        var reply = await host.CallAsync(Access.Account, header);

        AssertRefused(reply, 400, "InvalidToken", $"Unsupported authorization type: {header.Split(' ')[0]}");
    }

    [Fact]
    public async Task The_type_may_be_written_in_any_case()
    {
        var token = host.Issue(AccessKind.Full).AccessJwt;

        (await host.CallAsync(Access.Account, $"bearer {token}")).Ok();
        (await host.CallAsync(Access.Account, $"BEARER {token}")).Ok();
    }

    [Fact]
    public async Task A_token_that_is_none_is_refused() =>
        AssertRefused(await host.CallAsync(Access.Account, "Bearer abc.def.ghi"), 400, "InvalidToken", "Token could not be verified");

    [Fact]
    public async Task A_refresh_token_is_no_access_token()
    {
        var session = host.Issue(AccessKind.Full);

        AssertRefused(
            await host.CallAsync(Access.Account, $"Bearer {session.RefreshJwt}"), 400, "InvalidToken", "Token could not be verified");
        AssertRefused(
            await host.CallAsync(Access.Refresh, $"Bearer {session.AccessJwt}"), 400, "InvalidToken", "Token could not be verified");
    }

    [Fact]
    public async Task A_refresh_token_tells_its_id()
    {
        var session = host.Issue(AccessKind.Full);

        var reply = await host.CallAsync(Access.Refresh, $"Bearer {session.RefreshJwt}");

        Assert.Equal(session.RefreshId, reply.Ok().Json.GetProperty("tokenId").GetString());
    }

    [Fact]
    public async Task Basic_credentials_are_refused_where_a_session_is_meant()
    {
        var account = await host.CallAsync(Access.Account, AccessTestHost.Basic("admin:pass:wörd"));
        var refresh = await host.CallAsync(Access.Refresh, AccessTestHost.Basic("admin:pass:wörd"));

        AssertRefused(account, 400, "InvalidToken", "Unexpected authorization type");
        AssertRefused(refresh, 401, "AuthMissing", "Authentication Required");
    }

    [Fact]
    public async Task A_wrong_kind_of_header_is_refused_where_nobody_would_be_let_in() => AssertRefused(
        await host.CallAsync(Access.OptionalService, AccessTestHost.Basic("admin:pass:wörd")),
        401,
        "AuthenticationRequired",
        "Invalid authorization header");

    [Theory]
    [InlineData(nameof(Access.Admin))]
    [InlineData(nameof(Access.Moderation))]
    [InlineData(nameof(Access.OptionalAccount))]
    public async Task The_administrator_is_known_by_the_password(string policy)
    {
        var reply = await host.CallAsync(policy, AccessTestHost.Basic("admin:pass:wörd"));

        Assert.Equal("Admin", reply.Ok().Json.GetProperty("kind").GetString());
    }

    [Theory]
    [InlineData("admin:wrong")]
    [InlineData("root:pass:wörd")]
    [InlineData("admin:")]
    [InlineData("admin")]
    [InlineData("")]
    public async Task Other_credentials_are_not_the_administrators(string credentials) => AssertRefused(
        await host.CallAsync(Access.Admin, AccessTestHost.Basic(credentials) + (credentials.Length == 0 ? "AA" : "")),
        401,
        "AuthenticationRequired",
        "Authentication Required");

    [Fact]
    public async Task A_session_is_not_the_administrators() => AssertRefused(
        await host.CallAsync(Access.Admin, $"Bearer {host.Issue(AccessKind.Full).AccessJwt}"),
        401,
        "AuthenticationRequired",
        "Authentication Required");

    [Fact]
    public async Task A_session_is_no_service_token() => AssertRefused(
        await host.CallAsync(Access.OptionalService, $"Bearer {host.Issue(AccessKind.Full).AccessJwt}"),
        401,
        "BadJwtType",
        "Invalid jwt type \"at+jwt\"");

    [Fact]
    public async Task Where_no_credentials_are_asked_for_the_header_is_ignored() =>
        Assert.Equal(200, (await host.CallAsync("open", "Bearer nonsense and more")).Status);

    private static void AssertRefused(XrpcReply reply, int status, string error, string message) =>
        Assert.Equal((status, error, message), (reply.Status, reply.Error, reply.Message));
}
