using System.Text.Json;
using System.Text.Json.Nodes;
using AtProto.Crypto;
using AtProto.Plc;
using AtProto.Stream;
using Microsoft.Extensions.DependencyInjection;
using Pds.Modules.Auth.Sessions;
using Pds.Modules.Identity.Plc;
using Pds.Tests.Support;
using Pds.Xrpc;

namespace Pds.Tests.Identity;

/// <summary>How owners have their did:plc changed: recommended, signed by a mailed code, submitted.</summary>
public sealed class PlcChangeTests(PdsFixture pds) : IAsyncLifetime
{
    private const string Recommend = "com.atproto.identity.getRecommendedDidCredentials";
    private const string Request = "com.atproto.identity.requestPlcOperationSignature";
    private const string Sign = "com.atproto.identity.signPlcOperation";
    private const string Submit = "com.atproto.identity.submitPlcOperation";

    private readonly MailSink _mail = new();
    private PdsServer _server = null!;
    private TestAccount _alice = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await pds.StartServerAsync(_mail.Settings);
        _alice = await TestAccount.CreateAsync(_server);
    }

    public async ValueTask DisposeAsync()
    {
        _alice.Dispose();
        await _server.DisposeAsync();
        await _mail.DisposeAsync();
    }

    [Fact]
    public async Task What_is_recommended_is_what_the_did_of_a_new_account_says()
    {
        var recommended = (await _alice.QueryAsync(Recommend)).Ok().Json;

        var last = await LastAsync();
        Assert.Equal([$"at://{_alice.Handle}"], Strings(recommended.GetProperty("alsoKnownAs")));
        Assert.Equal(last.RotationKeys, Strings(recommended.GetProperty("rotationKeys")));
        Assert.Equal(last.SigningKey, recommended.GetProperty("verificationMethods").GetProperty("atproto").GetString());
        var service = recommended.GetProperty("services").GetProperty("atproto_pds");
        Assert.Equal("AtprotoPersonalDataServer", service.GetProperty("type").GetString());
        Assert.Equal(last.PersonalDataServer!.Endpoint, service.GetProperty("endpoint").GetString());
    }

    [Fact]
    public async Task A_key_of_the_owner_comes_in_by_a_mailed_code_and_the_network_is_told()
    {
        using var recovery = PrivateKey.Generate(KeyCurve.K256);
        var rotationKeys = new[] { recovery.PublicKey.ToDidKey() }.Concat((await LastAsync()).RotationKeys).ToArray();
        using var stream = await StreamClient.ConnectAsync(_server.Url);

        var operation = (await SignAsync(new { token = await CodeAsync(), rotationKeys })).Ok().Json.GetProperty("operation");
        Assert.DoesNotContain(recovery.PublicKey.ToDidKey(), (await LastAsync()).RotationKeys);
        (await _alice.ProcedureAsync(Submit, new { operation })).Ok();

        Assert.Equal(rotationKeys, (await LastAsync()).RotationKeys);
        Assert.Null(Assert.IsType<IdentityMessage>(Assert.Single(await stream.ReadAsync(_alice.Did, 1))).Handle);
    }

    [Fact]
    public async Task A_code_is_good_once_and_only_the_right_one()
    {
        var code = await CodeAsync();

        var without = await SignAsync(new { });
        var wrong = await SignAsync(new { token = "AAAAA-AAAAA" });
        (await SignAsync(new { token = code })).Ok();
        var again = await SignAsync(new { token = code });

        Assert.Equal(
            (400, "InvalidRequest", "email confirmation token required to sign PLC operations"),
            (without.Status, without.Error, without.Message));
        Assert.All(
            new[] { wrong, again },
            reply => Assert.Equal((400, "InvalidToken", "Token is invalid"), (reply.Status, reply.Error, reply.Message)));
    }

    [Fact]
    public async Task Fields_that_are_no_operation_are_refused()
    {
        var reply = await SignAsync(new { token = await CodeAsync(), services = new { atproto_pds = "https://example.com" } });

        Assert.Equal((400, "InvalidRequest", "Invalid operation"), (reply.Status, reply.Error, reply.Message));
    }

    [Theory]
    [InlineData("type", "Invalid operation")]
    [InlineData("rotationKeys", "Rotation keys do not include server's rotation key")]
    [InlineData("serviceType", "Incorrect type on atproto_pds service")]
    [InlineData("endpoint", "Incorrect endpoint on atproto_pds service")]
    [InlineData("signingKey", "Incorrect signing key")]
    [InlineData("handle", "Incorrect handle in alsoKnownAs")]
    public async Task An_operation_that_leads_away_from_here_is_not_submitted(string spoiled, string problem)
    {
        using var other = PrivateKey.Generate(KeyCurve.K256);
        var key = other.PublicKey.ToDidKey();
        var operation = JsonNode.Parse((await SignAsync(new { token = await CodeAsync() })).Ok().Json.GetProperty("operation").GetRawText())!;
        var service = operation["services"]!["atproto_pds"]!;
        switch (spoiled)
        {
            case "type": operation["type"] = "create"; break;
            case "rotationKeys": operation["rotationKeys"] = new JsonArray(key); break;
            case "serviceType": service["type"] = "Other"; break;
            case "endpoint": service["endpoint"] = "https://other.example.com"; break;
            case "signingKey": operation["verificationMethods"]!["atproto"] = key; break;
            default: operation["alsoKnownAs"] = new JsonArray("at://other.example.com"); break;
        }

        var reply = await _alice.ProcedureAsync(Submit, new { operation });

        Assert.Equal((400, "InvalidRequest", problem), (reply.Status, reply.Error, reply.Message));
    }

    [Fact]
    public async Task An_operation_that_the_directory_refuses_is_refused()
    {
        var operation = JsonNode.Parse((await SignAsync(new { token = await CodeAsync() })).Ok().Json.GetProperty("operation").GetRawText())!;
        operation["sig"] = new string('A', 86);

        var reply = await _alice.ProcedureAsync(Submit, new { operation });

        Assert.Equal((400, "InvalidRequest", "Invalid signature on operation"), (reply.Status, reply.Error, reply.Message));
    }

    [Fact]
    public async Task For_a_did_that_was_ended_nothing_is_signed()
    {
        var code = await CodeAsync();
        var directory = _server.Services.GetRequiredService<PlcClient>();
        var last = (await directory.GetLastAsync(_alice.Did, TestContext.Current.CancellationToken))!;
        var end = PlcOperation.Tombstone(last.Cid).Sign(_server.Services.GetRequiredService<RotationKey>().Key);
        await directory.SubmitAsync(_alice.Did, end, TestContext.Current.CancellationToken);

        var signed = await SignAsync(new { token = code });
        var renamed = await _alice.ProcedureAsync("com.atproto.identity.updateHandle", new { handle = TestAccount.NewHandle() });
        var checkedStatus = (await _alice.QueryAsync("com.atproto.server.checkAccountStatus")).Ok().Json;

        Assert.Equal((400, "InvalidRequest", "Did is tombstoned"), (signed.Status, signed.Error, signed.Message));
        Assert.Equal((400, "InvalidRequest", "Did is tombstoned"), (renamed.Status, renamed.Error, renamed.Message));
        Assert.False(checkedStatus.GetProperty("validDid").GetBoolean());
    }

    [Fact]
    public async Task A_code_for_something_else_signs_nothing()
    {
        (await _alice.ProcedureAsync("com.atproto.server.requestAccountDelete")).Ok();
        var other = await _mail.NextCodeAsync(_alice.Email);

        var reply = await SignAsync(new { token = other });

        Assert.Equal((400, "InvalidToken"), (reply.Status, reply.Error));
    }

    [Theory]
    [InlineData(Request)]
    [InlineData(Sign)]
    public async Task An_app_password_can_neither_ask_nor_sign(string method)
    {
        _alice.Token = _server.Services.GetRequiredService<TokenIssuer>().Issue(_alice.Did, AccessKind.AppPassword).AccessJwt;

        var reply = await _alice.ProcedureAsync(method, method == Sign ? new { token = "AAAAA-AAAAA" } : null);

        Assert.Equal((400, "InvalidToken", "Bad token scope"), (reply.Status, reply.Error, reply.Message));
    }

    private async Task<string> CodeAsync()
    {
        (await _alice.ProcedureAsync(Request)).Ok();
        return await _mail.NextCodeAsync(_alice.Email);
    }

    private Task<XrpcReply> SignAsync(object input) => _alice.ProcedureAsync(Sign, input);

    private async Task<PlcData> LastAsync()
    {
        using var directory = TestHttp.Create(_server.PlcUrl);
        using var json = JsonDocument.Parse(
            await directory.GetStringAsync($"/{_alice.Did}/data", TestContext.Current.CancellationToken));
        return PlcData.TryParse(json.RootElement, out var data) ? data : throw new InvalidOperationException("No data");
    }

    private static string[] Strings(JsonElement array) => [.. array.EnumerateArray().Select(item => item.GetString()!)];
}
