using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Microsoft.Extensions.Time.Testing;
using Pds.Modules.Auth.Accounts;
using Pds.Tests.Support;

namespace Pds.Tests.Auth;

public sealed class CreateAccountTests(PdsFixture pds)
{
    private const string Method = "com.atproto.server.createAccount";

    [Fact]
    public async Task Makes_a_did_a_session_and_an_account_under_the_handle_in_lower_case()
    {
        var handle = TestAccount.NewHandle();
        var reply = await CreateAsync(
            new { handle = handle.ToUpperInvariant(), email = EmailOf(handle).ToUpperInvariant(), password = "secret" });
        var session = reply.Ok().Json;
        var alice = new XrpcClient(TestHttp.Create(pds.Url)) { Token = session.GetProperty("accessJwt").GetString() };

        var known = (await alice.QueryAsync("com.atproto.server.getSession")).Ok().Json;

        Assert.StartsWith("did:plc:", session.GetProperty("did").GetString(), StringComparison.Ordinal);
        Assert.Equal(handle, session.GetProperty("handle").GetString());
        Assert.Equal(session.GetProperty("did").GetString(), known.GetProperty("did").GetString());
        Assert.Equal(handle, known.GetProperty("handle").GetString());
        Assert.Equal(EmailOf(handle), known.GetProperty("email").GetString());
        Assert.False(known.GetProperty("emailConfirmed").GetBoolean());
        Assert.True(known.GetProperty("active").GetBoolean());
        Assert.False(known.TryGetProperty("status", out _));
    }

    [Fact]
    public async Task The_did_document_names_the_handle_the_key_and_this_server()
    {
        var handle = TestAccount.NewHandle();
        var session = (await CreateAsync(new { handle, email = EmailOf(handle), password = "secret" })).Ok().Json;

        var document = session.GetProperty("didDoc");

        Assert.Equal(session.GetProperty("did").GetString(), document.GetProperty("id").GetString());
        Assert.Equal($"at://{handle}", document.GetProperty("alsoKnownAs")[0].GetString());
        Assert.Equal(
            pds.Url.ToString().TrimEnd('/').Replace("127.0.0.1", "localhost", StringComparison.Ordinal),
            document.GetProperty("service")[0].GetProperty("serviceEndpoint").GetString());
        Assert.Equal(
            $"{session.GetProperty("did").GetString()}#atproto",
            document.GetProperty("verificationMethod")[0].GetProperty("id").GetString());
    }

    [Fact]
    public async Task A_recovery_key_stands_first_among_the_rotation_keys()
    {
        const string key = "did:key:zQ3shokFTS3brHcDQrn82RUDfCZESWL1ZdCEJwekUDPQiYBme";
        var handle = TestAccount.NewHandle();
        var session = (await CreateAsync(new { handle, email = EmailOf(handle), password = "secret", recoveryKey = key })).Ok().Json;

        using var plc = TestHttp.Create(await pds.GetPlcUrlAsync());
        var data = await plc.GetStringAsync($"/{session.GetProperty("did").GetString()}/data", TestContext.Current.CancellationToken);

        Assert.Equal(key, JsonElement.Parse(data).GetProperty("rotationKeys")[0].GetString());
    }

    [Fact]
    public async Task An_account_may_have_no_password_and_then_none_opens_it()
    {
        var handle = TestAccount.NewHandle();
        (await CreateAsync(new { handle, email = EmailOf(handle) })).Ok();

        var reply = await pds.Xrpc.ProcedureAsync("com.atproto.server.createSession", new { identifier = handle, password = "" });

        AssertRefused(reply, 401, "AuthenticationRequired", "Invalid identifier or password");
    }

    [Fact]
    public async Task Refuses_a_plc_operation() => AssertRefused(
        await CreateAsync(new { handle = TestAccount.NewHandle(), email = "a@mail.test", plcOp = new { } }),
        400,
        "InvalidRequest",
        "Unsupported input: \"plcOp\"");

    [Fact]
    public async Task Refuses_a_password_of_more_than_256_characters() => AssertRefused(
        await CreateAsync(new { handle = TestAccount.NewHandle(), email = "a@mail.test", password = new string('x', 257) }),
        400,
        "InvalidRequest",
        "Password too long. Maximum length is 256 characters.");

    [Fact]
    public async Task Refuses_a_sign_up_without_an_address() => AssertRefused(
        await CreateAsync(new { handle = TestAccount.NewHandle(), password = "secret" }), 400, "InvalidRequest", "Email is required");

    [Theory]
    [InlineData("no address")]
    [InlineData("alice@mailinator.com")]
    public async Task Refuses_an_address_that_is_malformed_or_thrown_away(string email) => AssertRefused(
        await CreateAsync(new { handle = TestAccount.NewHandle(), email, password = "secret" }),
        400,
        "InvalidRequest",
        "This email address is not supported, please use a different email.");

    [Theory]
    [InlineData("alice", "InvalidHandle", "Input/handle must be a valid handle")]
    [InlineData("alice.local", "InvalidHandle", "Handle TLD is invalid or disallowed")]
    [InlineData("al.ice.test", "InvalidHandle", "Invalid characters in handle")]
    [InlineData("al.test", "InvalidHandle", "Handle too short")]
    [InlineData("abcdefghijklmnopqrs.test", "InvalidHandle", "Handle too long")]
    [InlineData("alice.example.com", "UnsupportedDomain", "Not a supported handle domain")]
    [InlineData("admin.test", "HandleNotAvailable", "Reserved handle")]
    public async Task Refuses_a_handle_that_nobody_can_have(string handle, string error, string message)
    {
        var reply = await CreateAsync(new { handle, email = "a@mail.test", password = "secret" });

        AssertRefused(reply, 400, error, message);
    }

    [Fact]
    public async Task Refuses_a_handle_that_somebody_has()
    {
        using var alice = await pds.CreateAccountAsync();

        var reply = await CreateAsync(
            new { handle = alice.Handle.Value.ToUpperInvariant(), email = EmailOf(TestAccount.NewHandle()) });

        AssertRefused(reply, 400, "HandleNotAvailable", $"Handle already taken: {alice.Handle}");
    }

    [Fact]
    public async Task Refuses_an_address_that_somebody_has_in_whatever_case()
    {
        using var alice = await pds.CreateAccountAsync();
        var email = alice.Email.ToUpperInvariant();

        var reply = await CreateAsync(new { handle = TestAccount.NewHandle(), email });

        AssertRefused(reply, 400, "InvalidRequest", $"Email already taken: {email}");
    }

    [Fact]
    public async Task Refuses_a_recovery_key_that_is_none_and_leaves_handle_and_address_free()
    {
        var handle = TestAccount.NewHandle();
        var refused = await CreateAsync(new { handle, email = EmailOf(handle), password = "secret", recoveryKey = "did:key:none" });
        var accepted = await CreateAsync(new { handle, email = EmailOf(handle), password = "secret" });

        AssertRefused(refused, 400, "InvalidRequest", "recoveryKey must be a did:key of P-256 or secp256k1");
        Assert.Equal(200, accepted.Status);
    }

    [Fact]
    public async Task Refuses_a_did_without_proof_that_it_is_the_callers()
    {
        const string did = "did:web:alice.example.com";

        var reply = await CreateAsync(new { handle = TestAccount.NewHandle(), email = "a@mail.test", password = "secret", did });

        AssertRefused(reply, 401, "AuthenticationRequired", $"Missing auth to create account with did: {did}");
    }

    [Fact]
    public async Task Of_two_sign_ups_at_once_with_one_handle_one_is_refused()
    {
        var handle = TestAccount.NewHandle();

        var replies = await Task.WhenAll(
            CreateAsync(new { handle, email = EmailOf(handle) }),
            CreateAsync(new { handle, email = EmailOf(TestAccount.NewHandle()) }));

        Assert.Single(replies, reply => reply.Status == 200);
        Assert.Single(replies, reply => reply.Error == "HandleNotAvailable");
    }

    [Fact]
    public async Task Of_two_sign_ups_at_once_with_one_address_one_is_refused()
    {
        var email = EmailOf(TestAccount.NewHandle());

        var replies = await Task.WhenAll(
            CreateAsync(new { handle = TestAccount.NewHandle(), email }),
            CreateAsync(new { handle = TestAccount.NewHandle(), email }));

        Assert.Single(replies, reply => reply.Status == 200);
        Assert.Single(replies, reply => reply.Message == $"Email already taken: {email}");
    }

    [Fact]
    public async Task A_directory_that_is_down_leaves_handle_and_address_free()
    {
        await using var server = await pds.StartServerAsync(
            new Dictionary<string, string> { ["PDS_DID_PLC_URL"] = "http://127.0.0.1:1" });
        var handle = TestAccount.NewHandle();
        var input = new { handle, email = EmailOf(handle), password = "secret" };

        var first = await server.Xrpc.ProcedureAsync(Method, input);
        var second = await server.Xrpc.ProcedureAsync(Method, input);

        Assert.All(new[] { first, second }, reply => AssertRefused(reply, 502, "UpstreamFailure", "The PLC directory did not answer"));
    }

    [Fact]
    public async Task A_directory_that_keeps_everybody_waiting_is_not_waited_for_without_end()
    {
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        using var directory = new TcpListener(IPAddress.Loopback, 0);
        directory.Start();
        await using var server = await pds.StartServerAsync(
            new Dictionary<string, string> { ["PDS_DID_PLC_URL"] = $"http://{directory.LocalEndpoint}" }, time);
        var handle = TestAccount.NewHandle();

        var signUp = server.Xrpc.ProcedureAsync(Method, new { handle, email = EmailOf(handle), password = "secret" });
        using (await directory.AcceptTcpClientAsync(TestContext.Current.CancellationToken))
        {
            time.Advance(SignUp.Deadline);
            directory.Stop();
        }

        AssertRefused(await signUp, 504, "UpstreamTimeout", "Operation timed out, please try again.");
    }

    private Task<XrpcReply> CreateAsync(object input) => pds.Xrpc.ProcedureAsync(Method, input);

    private static string EmailOf(string handle) => $"{handle.Split('.')[0]}@mail.test";

    private static void AssertRefused(XrpcReply reply, int status, string error, string message) =>
        Assert.Equal((status, error, message), (reply.Status, reply.Error, reply.Message));
}
