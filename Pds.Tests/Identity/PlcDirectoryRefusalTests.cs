using Pds.Tests.Support;

namespace Pds.Tests.Identity;

/// <summary>A PLC directory that refuses, fails, or answers with what it cannot mean: what the account is told, and that nothing changes.</summary>
public sealed class PlcDirectoryRefusalTests(PdsFixture pds) : IAsyncLifetime
{
    private readonly MailSink _mail = new();
    private FakeVerifier _directory = null!;
    private PdsServer _server = null!;
    private TestAccount _alice = null!;

    public async ValueTask InitializeAsync()
    {
        _directory = await FakeVerifier.StartAsync();
        _server = await pds.StartServerAsync(new Dictionary<string, string>(_mail.Settings) { ["PDS_DID_PLC_URL"] = _directory.Url });
        _alice = await TestAccount.CreateAsync(_server);
    }

    public async ValueTask DisposeAsync()
    {
        _alice.Dispose();
        await _server.DisposeAsync();
        await _directory.DisposeAsync();
        await _mail.DisposeAsync();
    }

    [Theory]
    [InlineData(500, "{}", 502, "UpstreamFailure", "The PLC directory failed")]
    [InlineData(400, """{"message":"Not today"}""", 400, "InvalidRequest", "Not today")]
    [InlineData(400, "no JSON", 400, "InvalidRequest", "The PLC directory refused the request")]
    [InlineData(404, """{"message":"DID not registered"}""", 400, "InvalidRequest", "Could not resolve DID")]
    [InlineData(200, "{}", 502, "UpstreamFailure", "The PLC directory answered with what is no operation")]
    public async Task A_handle_stays_as_it_is(int status, string body, int expected, string error, string message)
    {
        (_directory.Status, _directory.Answer) = (status, body);

        var reply = await _alice.ProcedureAsync("com.atproto.identity.updateHandle", new { handle = TestAccount.NewHandle() });

        Assert.Equal((expected, error, message), (reply.Status, reply.Error, reply.Message));
        Assert.Equal(
            _alice.Handle.Value, (await _alice.QueryAsync("com.atproto.server.getSession")).Ok().Json.GetProperty("handle").GetString());
    }

    [Fact]
    public async Task Nothing_is_signed_or_activated_for_a_did_that_the_directory_does_not_know()
    {
        (await _alice.ProcedureAsync("com.atproto.identity.requestPlcOperationSignature")).Ok();
        var token = await _mail.NextCodeAsync(_alice.Email);
        _directory.Status = 404;

        var signed = await _alice.ProcedureAsync("com.atproto.identity.signPlcOperation", new { token });
        var activated = await _alice.ProcedureAsync("com.atproto.server.activateAccount");

        Assert.All(
            new[] { signed, activated },
            reply => Assert.Equal((400, "InvalidRequest", "Could not resolve DID"), (reply.Status, reply.Error, reply.Message)));
    }
}
