using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using AtProto;
using AtProto.Crypto;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Pds.Contracts.Identity;
using Pds.Tests.Support;
using Pds.Tests.Web;

namespace Pds.Tests.Identity;

/// <summary>An account whose DID is a website of its owner's: in, active, renamed.</summary>
public sealed class WebIdentityTests(PdsFixture pds) : IAsyncLifetime
{
    private const string CreateAccount = "com.atproto.server.createAccount";
    private const string Activate = "com.atproto.server.activateAccount";

    private readonly PrivateKey _key = PrivateKey.Generate(KeyCurve.K256);
    private readonly string _handle = TestAccount.NewHandle();
    private WebApplication _site = null!;
    private JsonNode _document = null!;
    private Func<string, string> _textual = json => json;
    private int _status = 200;
    private Did _did;

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _site = builder.Build();
        _site.MapGet("/.well-known/did.json", () => Results.Text(
            _textual(_document.ToJsonString()), "application/json", statusCode: _status));
        await _site.StartAsync();
        _did = Did.Parse($"did:web:localhost%3A{new Uri(_site.Urls.First()).Port}");
        _document = Document(_key.PublicKey.ToMultibase(), "https://old.example.com", _handle);
    }

    public async ValueTask DisposeAsync()
    {
        _key.Dispose();
        await _site.DisposeAsync();
    }

    [Fact]
    public async Task It_comes_in_by_a_token_of_its_own_key_and_is_activated_once_its_document_says_so()
    {
        var (account, session) = await SignUpAsync();
        var wanted = (await account.QueryAsync("com.atproto.identity.getRecommendedDidCredentials")).Ok().Json;
        var signingKey = wanted.GetProperty("verificationMethods").GetProperty("atproto").GetString()!["did:key:".Length..];
        var endpoint = wanted.GetProperty("services").GetProperty("atproto_pds").GetProperty("endpoint").GetString()!;

        var atOld = await account.ProcedureAsync(Activate);
        _document = Document(_key.PublicKey.ToMultibase(), endpoint, _handle);
        var otherKey = await account.ProcedureAsync(Activate);
        _document = Document(signingKey, endpoint, _handle);
        var status = (await account.QueryAsync("com.atproto.server.checkAccountStatus")).Ok().Json;
        (await account.ProcedureAsync(Activate)).Ok();

        Assert.Equal(_did.Value, session);
        Assert.Equal((400, "DID document atproto_pds service endpoint does not match PDS public url"), (atOld.Status, atOld.Message));
        Assert.Equal((400, "DID document verification method does not match expected signing key"), (otherKey.Status, otherKey.Message));
        Assert.True(status.GetProperty("validDid").GetBoolean());
        Assert.True((await account.QueryAsync("com.atproto.server.getSession")).Ok().Json.GetProperty("active").GetBoolean());
        (await account.ProcedureAsync("com.atproto.repo.createRecord", new
        {
            repo = _did, collection = "app.bsky.feed.post", record = Records.Post("from a website"),
        })).Ok();
    }

    [Fact]
    public async Task What_is_no_text_in_its_document_is_replaced_wherever_that_is_shown()
    {
        _textual = json => json.Replace("\"@context\":", """
            "half": "\\\ud83d \ud83d\ude00 \uDC00 \ud800\u0041", "@context":
            """, StringComparison.Ordinal);

        var resolved = await pds.Xrpc.QueryAsync("com.atproto.identity.resolveDid", ("did", _did));

        Assert.Equal("\\\ufffd \ud83d\ude00 \ufffd \ufffdA", resolved.Ok().Json.GetProperty("didDoc").GetProperty("half").GetString());
    }

    [Theory]
    [InlineData(404)]
    [InlineData(302)]
    [InlineData(200)]
    public async Task A_website_without_a_document_of_its_own_is_no_identity(int status)
    {
        (_status, _document["id"]) = (status, "did:web:other.example.com");

        var reply = await pds.Xrpc.QueryAsync("com.atproto.identity.resolveDid", ("did", _did));

        Assert.Equal((400, "DidNotFound", $"Could not resolve DID: {_did}"), (reply.Status, reply.Error, reply.Message));
    }

    [Fact]
    public async Task A_website_that_fails_or_is_away_is_an_upstream_failure()
    {
        _status = 500;
        var host = _did.Value["did:web:".Length..];

        var fails = await pds.Xrpc.QueryAsync("com.atproto.identity.resolveDid", ("did", _did));
        await _site.StopAsync(TestContext.Current.CancellationToken);
        var away = await pds.Xrpc.QueryAsync("com.atproto.identity.resolveDid", ("did", _did));

        Assert.Equal((502, "UpstreamFailure", $"{host} failed to give its DID document"), (fails.Status, fails.Error, fails.Message));
        Assert.Equal((502, "UpstreamFailure", $"{host} did not answer with its DID document"), (away.Status, away.Error, away.Message));
    }

    [Fact]
    public async Task No_operation_is_signed_for_it()
    {
        await using var mail = new MailSink();
        await using var server = await pds.StartServerAsync(mail.Settings);
        var (account, _) = await SignUpAsync(server);
        (await account.ProcedureAsync("com.atproto.identity.requestPlcOperationSignature")).Ok();
        var token = await mail.NextCodeAsync($"{_handle}@mail.test");

        var reply = await account.ProcedureAsync("com.atproto.identity.signPlcOperation", new { token });

        Assert.Equal((400, "InvalidRequest", "Only a did:plc has operations"), (reply.Status, reply.Error, reply.Message));
    }

    [Fact]
    public async Task It_takes_a_handle_that_its_document_names_already()
    {
        var (account, _) = await SignUpAsync();
        var next = TestAccount.NewHandle();

        var tooEarly = await account.ProcedureAsync("com.atproto.identity.updateHandle", new { handle = next });
        _document = Document(_key.PublicKey.ToMultibase(), "https://old.example.com", next);
        (await account.ProcedureAsync("com.atproto.identity.updateHandle", new { handle = next })).Ok();

        Assert.Equal(
            (400, "InvalidRequest", "DID is not properly configured for handle"), (tooEarly.Status, tooEarly.Error, tooEarly.Message));
        var server = await pds.GetServerAsync();
        Assert.Equal(next, (await server.InvokeAsync<LocalIdentity?>(new GetIdentity(_did)))!.Handle.Value);
    }

    [Fact]
    public async Task It_has_no_operations_and_its_owner_is_shown_the_document_to_publish()
    {
        var (_, _) = await SignUpAsync();
        var server = await pds.GetServerAsync();
        using var visitor = new PageVisitor(server);
        await visitor.GoAsync("/account/sign-in");
        await visitor.PressAsync("Sign in", ("identifier", _handle), ("password", "secret and long"));
        await visitor.GoAsync("/account/identity");

        var history = await server.InvokeAsync<IdentityHistory>(new GetIdentityHistory(_did));
        var refused = await Assert.ThrowsAsync<Pds.Xrpc.XrpcException>(
            () => server.InvokeAsync(new AddRotationKey(_did, _key.PublicKey.ToDidKey(), "AAAAA-AAAAA")));

        Assert.Contains("Your identity is a website", visitor.Html, StringComparison.Ordinal);
        Assert.Equal(_did.Value, JsonNode.Parse(history.Document!)!["id"]!.GetValue<string>());
        Assert.Equal($"at://{_handle}", JsonNode.Parse(history.Document!)!["alsoKnownAs"]![0]!.GetValue<string>());
        Assert.Equal("Only a did:plc has rotation keys", refused.Message);
        await visitor.GoAsync("/account/handle");
        Assert.Contains("Name the new handle in its document first", visitor.Html, StringComparison.Ordinal);
    }

    private async Task<(XrpcClient Account, string? Did)> SignUpAsync(PdsServer? server = null)
    {
        server ??= await pds.GetServerAsync();
        var reply = await server.Xrpc.SendAsync(new HttpRequestMessage(HttpMethod.Post, $"/xrpc/{CreateAccount}")
        {
            Content = JsonContent.Create(
                new { handle = _handle, email = $"{_handle}@mail.test", password = "secret and long", did = _did.Value },
                new MediaTypeHeaderValue("application/json")),
            Headers = { Authorization = new AuthenticationHeaderValue("Bearer", TestTokens.OfAccount(_key, _did, CreateAccount, _handle)) },
        });
        var session = reply.Ok().Json;
        return (new XrpcClient(TestHttp.Create(server.Url)) { Token = session.GetProperty("accessJwt").GetString() }, session.GetProperty("did").GetString());
    }

    private JsonNode Document(string key, string endpoint, string handle) => JsonNode.Parse(
        $$"""
        {
          "@context": ["https://www.w3.org/ns/did/v1"], "id": "{{_did}}", "alsoKnownAs": ["at://{{handle}}"],
          "verificationMethod": [{"id": "{{_did}}#atproto", "type": "Multikey", "controller": "{{_did}}", "publicKeyMultibase": "{{key}}"}],
          "service": [{"id": "#atproto_pds", "type": "AtprotoPersonalDataServer", "serviceEndpoint": "{{endpoint}}"}]
        }
        """)!;
}
