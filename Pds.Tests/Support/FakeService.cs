using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;
using AtProto;
using AtProto.Crypto;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using X509Certificate2 = System.Security.Cryptography.X509Certificates.X509Certificate2;

namespace Pds.Tests.Support;

/// <summary>
/// A service that a server sends requests on to: an AppView, a chat or a moderation service. It has a DID document at its own
/// address, keeps what it is sent, and answers as a test has taught it.
/// </summary>
public sealed class FakeService : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly PrivateKey _key = PrivateKey.Generate(KeyCurve.P256);
    private readonly ConcurrentQueue<ReceivedCall> _calls = new();
    private readonly ConcurrentDictionary<string, Func<HttpContext, ReceivedCall, Task>> _answers = new();

    private FakeService(WebApplication app)
    {
        _app = app;
        Url = new Uri(app.Urls.First());
        Did = Did.Parse($"did:web:localhost%3A{Url.Port.ToString(CultureInfo.InvariantCulture)}");
        Keys["atproto"] = _key.PublicKey;
    }

    public Uri Url { get; }

    public Did Did { get; }

    /// <summary>The keys of its DID document, by their names.</summary>
    public ConcurrentDictionary<string, PublicKey> Keys { get; } = new();

    /// <summary>What an account sent it, in order.</summary>
    public IReadOnlyList<ReceivedCall> CallsOf(TestAccount account) => [.. _calls.Where(call => call.Issuer == account.Did.Value)];

    /// <summary>The only call of an account.</summary>
    public ReceivedCall CallOf(TestAccount account) => Assert.Single(CallsOf(account));

    /// <param name="certificate">Makes it speak TLS, and so HTTP/2.</param>
    public static async Task<FakeService> StartAsync(X509Certificate2? certificate = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
        {
            if (certificate is not null)
            {
                listen.UseHttps(certificate);
            }
        }));
        var app = builder.Build();
        FakeService? service = null;
        app.Run(context => service!.AnswerAsync(context));
        await app.StartAsync();
        return service = new FakeService(app);
    }

    /// <summary>Settings of a server whose AppView this is.</summary>
    public Dictionary<string, string> AsAppView() => new()
    {
        ["PDS_BSKY_APP_VIEW_URL"] = Url.ToString(),
        ["PDS_BSKY_APP_VIEW_DID"] = Did.Value,
    };

    /// <summary>Teaches it an answer.</summary>
    public void Answer(string method, Func<HttpContext, ReceivedCall, Task> answer) => _answers[method] = answer;

    /// <summary>Teaches it an answer in JSON.</summary>
    public void Answer(string method, object json, int status = 200, params (string Name, string Value)[] headers) =>
        Answer(method, (context, _) =>
        {
            context.Response.StatusCode = status;
            foreach (var (name, value) in headers)
            {
                context.Response.Headers[name] = value;
            }

            return context.Response.WriteAsJsonAsync(json);
        });

    /// <summary>A token by which it calls a method of a server itself.</summary>
    /// <param name="audience">The server.</param>
    public string Sign(Did audience, string method) => TestTokens.Sign(
        _key,
        new JsonObject { ["typ"] = "JWT", ["alg"] = "ES256" },
        new JsonObject
        {
            ["iss"] = Did.Value,
            ["aud"] = audience.Value,
            ["lxm"] = method,
            ["exp"] = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() + 60,
        });

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _key.Dispose();
    }

    private async Task AnswerAsync(HttpContext context)
    {
        if (context.Request.Path == "/.well-known/did.json")
        {
            await context.Response.WriteAsJsonAsync(new Dictionary<string, object>
            {
                ["id"] = Did.Value,
                ["verificationMethod"] = Keys.Select(key => new
                {
                    id = $"#{key.Key}", type = "Multikey", controller = Did.Value, publicKeyMultibase = key.Value.ToMultibase(),
                }),
                ["service"] = new[] { "bsky_appview", "bsky_chat", "atproto_labeler", "bsky_notif" }
                    .Select(id => new { id = $"#{id}", type = "Test", serviceEndpoint = Url.GetLeftPart(UriPartial.Authority) }),
            });
            return;
        }

        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        var call = new ReceivedCall(
            context.Request.Method,
            context.Request.Path.Value!["/xrpc/".Length..],
            context.Request.QueryString.Value ?? "",
            context.Request.Headers.ToDictionary(
                header => header.Key, header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase),
            body.ToArray());
        _calls.Enqueue(call);
        if (_answers.TryGetValue(call.Method, out var answer))
        {
            await answer(context, call);
        }
        else
        {
            await context.Response.WriteAsJsonAsync(new { answered = call.Method });
        }
    }
}

/// <summary>A call that a service was sent.</summary>
public sealed record ReceivedCall(
    string Verb, string Method, string Query, IReadOnlyDictionary<string, string> Headers, byte[] Body)
{
    public string Token => Headers["Authorization"]["Bearer ".Length..];

    public string? Issuer => Claims.GetProperty("iss").GetString();

    /// <summary>What the token says.</summary>
    public JsonElement Claims => JsonElement.Parse(Base64Url.DecodeFromChars(Token.Split('.')[1]));
}
