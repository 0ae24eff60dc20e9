using Pds.Tests.Support;

namespace Pds.Tests.Identity;

public sealed class TlsCheckTests(PdsFixture pds)
{
    [Fact]
    public async Task The_server_and_its_accounts_may_have_certificates()
    {
        var alice = await pds.CreateAccountAsync();

        var server = await AskAsync("?domain=localhost");
        var account = await AskAsync($"?domain={alice.Handle.ToString().ToUpperInvariant()}");

        Assert.True(server.Ok().Json.GetProperty("success").GetBoolean());
        Assert.True(account.Ok().Json.GetProperty("success").GetBoolean());
    }

    [Fact]
    public async Task The_handle_of_an_account_that_is_not_active_gets_none()
    {
        var alice = await pds.CreateAccountAsync();
        (await alice.ProcedureAsync("com.atproto.server.deactivateAccount", new { })).Ok();

        var reply = await AskAsync($"?domain={alice.Handle}");

        Assert.Equal((404, "NotFound"), (reply.Status, reply.Error));
    }

    [Theory]
    [InlineData("", 400, "InvalidRequest")]
    [InlineData("?domain=", 400, "InvalidRequest")]
    [InlineData("?domain=example.com", 400, "InvalidRequest")]
    [InlineData("?domain=evil%00.test", 400, "InvalidRequest")]
    [InlineData("?domain=nobody-has-this.test", 404, "NotFound")]
    [InlineData("?domain=a.b.test", 404, "NotFound")]
    public async Task No_other_name_gets_one(string query, int status, string error)
    {
        var reply = await AskAsync(query);

        Assert.Equal((status, error), (reply.Status, reply.Error));
    }

    private Task<XrpcReply> AskAsync(string query) =>
        pds.Xrpc.SendAsync(new HttpRequestMessage(HttpMethod.Get, "/tls-check" + query));
}
