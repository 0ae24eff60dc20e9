using Pds.Tests.Support;

namespace Pds.Tests.Identity;

public sealed class ResolveHandleTests(PdsFixture pds)
{
    [Fact]
    public async Task A_local_handle_resolves_whatever_its_case()
    {
        var alice = await pds.CreateAccountAsync();

        var reply = await pds.Xrpc.QueryAsync(
            "com.atproto.identity.resolveHandle", ("handle", alice.Handle.Value.ToUpperInvariant()));

        Assert.Equal($$"""{"did":"{{alice.Did}}"}""", reply.Ok().Json.GetRawText());
    }

    [Theory]
    [InlineData("nobody-has-this.test", "HandleNotFound", "Unable to resolve handle")]
    [InlineData("nobody.invalid", "InvalidRequest", "Unable to resolve handle")]
    [InlineData("not a handle", "InvalidRequest", "Error: handle must be a valid handle")]
    public async Task A_handle_that_no_one_has_is_refused(string handle, string error, string message)
    {
        var reply = await pds.Xrpc.QueryAsync("com.atproto.identity.resolveHandle", ("handle", handle));

        Assert.Equal((400, error, message), (reply.Status, reply.Error, reply.Message));
    }

    [Fact]
    public async Task The_host_name_proves_the_handle()
    {
        var alice = await pds.CreateAccountAsync();

        var own = await AskAsync(alice.Handle.Value);
        var nobody = await AskAsync("nobody-has-this.test");
        var foreign = await AskAsync("example.com");

        Assert.Equal((200, alice.Did.Value), (own.Status, System.Text.Encoding.UTF8.GetString(own.Body)));
        Assert.StartsWith("text/plain", own.Header("Content-Type"), StringComparison.Ordinal);
        Assert.Equal((404, "User not found"), (nobody.Status, System.Text.Encoding.UTF8.GetString(nobody.Body)));
        Assert.Equal(404, foreign.Status);
    }

    private Task<XrpcReply> AskAsync(string host) =>
        pds.Xrpc.SendAsync(new HttpRequestMessage(HttpMethod.Get, "/.well-known/atproto-did") { Headers = { Host = host } });
}
