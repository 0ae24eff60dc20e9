using Pds.Tests.Support;

namespace Pds.Tests.Auth;

/// <summary>What of <c>com.atproto.temp</c> is answered here, and what is sent on.</summary>
public sealed class SignupQueueTests(PdsFixture pds)
{
    private const string CheckSignupQueue = "com.atproto.temp.checkSignupQueue";

    [Fact]
    public async Task Nobody_waits_in_a_queue()
    {
        using var alice = await pds.CreateAccountAsync();

        var reply = (await alice.QueryAsync(CheckSignupQueue)).Ok().Json;

        Assert.Equal("""{"activated":true}""", reply.GetRawText());
    }

    [Fact]
    public async Task Who_is_nobody_is_told_nothing()
    {
        var reply = await pds.Xrpc.QueryAsync(CheckSignupQueue);

        Assert.Equal((401, "AuthMissing"), (reply.Status, reply.Error));
    }

    // An entryway or an AppView answers these, if anybody; none is configured here.
    [Theory]
    [InlineData("com.atproto.temp.checkHandleAvailability")]
    [InlineData("com.atproto.temp.dereferenceScope")]
    [InlineData("com.atproto.temp.fetchLabels")]
    public async Task Questions_that_are_for_others_are_not_answered_here(string method)
    {
        using var alice = await pds.CreateAccountAsync();

        Assert.Equal($"No service configured for {method}", (await alice.QueryAsync(method)).Message);
    }

    [Theory]
    [InlineData("com.atproto.temp.addReservedHandle")]
    [InlineData("com.atproto.temp.requestPhoneVerification")]
    [InlineData("com.atproto.temp.revokeAccountCredentials")]
    [InlineData("com.atproto.admin.updateAccountSigningKey")]
    public async Task Commands_that_are_for_others_are_not_obeyed_here(string method)
    {
        using var alice = await pds.CreateAccountAsync();
        using var admin = new AdminClient(await pds.GetServerAsync());

        Assert.Equal($"No service configured for {method}", (await alice.ProcedureAsync(method, new { did = alice.Did })).Message);
        Assert.Equal((400, "InvalidToken"), await OutcomeAsync(admin.ProcedureAsync(method, new { did = alice.Did })));
        (await pds.Xrpc.QueryAsync("com.atproto.sync.getLatestCommit", ("did", alice.Did))).Ok();
    }

    private static async Task<(int, string?)> OutcomeAsync(Task<XrpcReply> call)
    {
        var reply = await call;
        return (reply.Status, reply.Error);
    }
}
