using System.Buffers.Text;
using System.Text;
using System.Text.Json.Nodes;
using Pds.Tests.Support;

namespace Pds.Tests.Auth.OAuth;

public sealed class RequestObjectTests(PdsFixture pds)
{
    [Fact]
    public async Task A_request_may_come_as_one_object_once()
    {
        using var app = OAuthApp.OnLoopback(await pds.GetServerAsync());
        var packed = Pack(app);

        var first = await app.PushAsync(Replace(packed));
        var second = await app.PushAsync(Replace(packed));

        Assert.Equal(201, first.Status);
        Assert.Equal((400, "invalid_request"), (second.Status, second.Error));
    }

    public static TheoryData<string, Action<JsonObject>> Spoilt => new()
    {
        { "an old one", claims => claims["iat"] = claims["iat"]!.GetValue<long>() - 61 },
        { "one of no time", claims => claims.Remove("iat") },
        { "one without a name", claims => claims.Remove("jti") },
        { "one for another server", claims => claims["aud"] = "https://other.example.com" },
        { "one of another app", claims => claims["client_id"] = "http://localhost" },
        { "one with parameters that are refused", claims => claims["response_type"] = "token" },
    };

    [Theory]
    [MemberData(nameof(Spoilt))]
    public async Task An_object_is_refused_for_what_is_wrong_with_it(string what, Action<JsonObject> spoil)
    {
        using var app = OAuthApp.OnLoopback(await pds.GetServerAsync());

        var reply = await app.PushAsync(Replace(Pack(app, spoil)));

        Assert.True(reply.Status == 400, $"{what}: {reply}");
    }

    [Fact]
    public async Task A_signature_that_nobody_can_check_is_refused()
    {
        using var app = OAuthApp.OnLoopback(await pds.GetServerAsync());

        Assert.Equal(400, (await app.PushAsync(Replace(Pack(app, algorithm: "HS256") + "AAAA"))).Status);
        Assert.Equal(400, (await app.PushAsync(Replace("nonsense"))).Status);
    }

    private static string Pack(OAuthApp app, Action<JsonObject>? spoil = null, string algorithm = "none")
    {
        var claims = new JsonObject
        {
            ["jti"] = Guid.NewGuid().ToString(),
            ["iat"] = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds(),
            ["aud"] = app.Issuer,
            ["client_id"] = app.ClientId,
            ["response_type"] = "code",
            ["redirect_uri"] = app.RedirectUri,
            ["scope"] = OAuthApp.Scope,
            ["code_challenge"] = new string('A', 43),
            ["code_challenge_method"] = "S256",
        };
        spoil?.Invoke(claims);
        return $"{Encode($$"""{"alg":"{{algorithm}}"}""")}.{Encode(claims.ToJsonString())}.";
    }

    private static string Encode(string json) => Base64Url.EncodeToString(Encoding.UTF8.GetBytes(json));

    // What stands beside the object does not count.
    private static Action<Dictionary<string, string?>> Replace(string packed) => parameters =>
    {
        parameters["request"] = packed;
        parameters["scope"] = "nonsense";
    };
}
