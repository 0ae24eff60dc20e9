using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Pds.Tests.Support;

/// <summary>
/// The server of an app, on loopback: it publishes the app's metadata, keys and logo, and is where people are sent back to. What it
/// publishes is good until a test spoils it.
/// </summary>
public sealed class OAuthClientHost : IAsyncDisposable
{
    public const string MetadataPath = "/client-metadata.json";
    public const string KeysPath = "/jwks.json";
    public const string LogoPath = "/logo";
    public const string CallbackPath = "/callback";

    private readonly WebApplication _app;
    private readonly ConcurrentQueue<string> _requests = new();
    private readonly Channel<string> _arrivals = Channel.CreateUnbounded<string>();
    private readonly Channel<IReadOnlyDictionary<string, string>> _callbacks = Channel.CreateUnbounded<IReadOnlyDictionary<string, string>>();
    private readonly List<(string Id, DpopKey Key)> _keys = [];
    private readonly int _port;

    private OAuthClientHost(WebApplication app, string? name)
    {
        _app = app;
        _port = new Uri(app.Urls.First()).Port;
        Origin = name is null ? $"http://127.0.0.1:{_port}" : $"https://{name}";
        Metadata = new JsonObject
        {
            ["client_id"] = ClientId,
            ["client_name"] = "The app",
            ["client_uri"] = Origin,
            ["redirect_uris"] = new JsonArray(RedirectUri),
            ["scope"] = "atproto transition:generic",
            ["grant_types"] = new JsonArray("authorization_code", "refresh_token"),
            ["response_types"] = new JsonArray("code"),
            ["application_type"] = "web",
            ["token_endpoint_auth_method"] = "none",
            ["dpop_bound_access_tokens"] = true,
        };
    }

    /// <summary>The scheme, host and port that the app calls its own.</summary>
    public string Origin { get; }

    public string ClientId => Origin + MetadataPath;

    public string RedirectUri => Origin + CallbackPath;

    /// <summary>What the app says of itself.</summary>
    public JsonObject Metadata { get; }

    /// <summary>The picture at <see cref="LogoPath"/>; the address is not in the metadata until a test puts it there.</summary>
    public byte[] Logo { get; set; } = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 1, 2, 3];

    /// <summary>Answers instead of what is published, by path.</summary>
    public ConcurrentDictionary<string, RequestDelegate> Instead { get; } = new();

    /// <summary>Starts a server.</summary>
    /// <param name="name">
    /// A public name, such as <c>app.example.com</c>, to be reached with <see cref="LeadHere"/> and by https; null for plain http at
    /// its own address, which servers take in development.
    /// </param>
    public static async Task<OAuthClientHost> StartAsync(string? name = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
        {
            if (name is not null)
            {
                listen.UseHttps(TestCertificate.Create());
            }
        }));
        var app = builder.Build();
        OAuthClientHost? host = null;
        app.Run(context => host!.ServeAsync(context));
        await app.StartAsync();
        return host = new OAuthClientHost(app, name);
    }

    /// <summary>Starts the server of an app that authenticates, with a key named <c>key-1</c>.</summary>
    /// <param name="keysApart">Whether the keys are at an address of their own.</param>
    public static async Task<OAuthClientHost> StartConfidentialAsync(string? name = null, bool keysApart = false)
    {
        var host = await StartAsync(name);
        host.AddKey("key-1");
        host.Metadata["token_endpoint_auth_method"] = "private_key_jwt";
        host.Metadata["token_endpoint_auth_signing_alg"] = "ES256";
        if (keysApart)
        {
            host.Metadata["jwks_uri"] = host.Origin + KeysPath;
        }

        return host;
    }

    /// <summary>Makes every name of a client for foreign servers lead to this one.</summary>
    public void LeadHere(SocketsHttpHandler handler)
    {
        handler.SslOptions.RemoteCertificateValidationCallback = (_, given, _, _) => given?.Subject == "CN=test";
        handler.ConnectCallback = async (_, cancellationToken) =>
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(IPAddress.Loopback, _port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        };
    }

    /// <summary>Publishes a key.</summary>
    public DpopKey AddKey(string id, string algorithm = "ES256")
    {
        var key = DpopKey.Create(algorithm);
        _keys.Add((id, key));
        return key;
    }

    /// <summary>Publishes a key no more.</summary>
    public void RemoveKey(string id) => _keys.RemoveAll(key => key.Id == id);

    /// <summary>The key that assertions are made with, unless another is named.</summary>
    public DpopKey Key => _keys[^1].Key;

    /// <summary>The keys as they are published.</summary>
    public JsonObject PublishKeys() => new()
    {
        ["keys"] = new JsonArray([.. _keys.Select(key =>
        {
            var jwk = key.Key.Jwk;
            jwk["kid"] = key.Id;
            jwk["alg"] = key.Key.Algorithm;
            jwk["use"] = "sig";
            return jwk;
        })]),
    };

    /// <summary>Makes an assertion, with the latest key.</summary>
    /// <param name="audience">The server that it is for.</param>
    /// <param name="header">Changes the header before it is signed.</param>
    /// <param name="claims">Changes the claims before they are signed.</param>
    public string MakeAssertion(
        string audience, DateTimeOffset? at = null, Action<JsonObject>? header = null, Action<JsonObject>? claims = null)
    {
        var (id, key) = _keys[^1];
        return MakeAssertion(id, key, audience, at, header, claims);
    }

    /// <summary>Makes an assertion with a key of any name, published or not.</summary>
    public string MakeAssertion(
        string keyId,
        DpopKey key,
        string audience,
        DateTimeOffset? at = null,
        Action<JsonObject>? header = null,
        Action<JsonObject>? claims = null)
    {
        var head = new JsonObject { ["alg"] = key.Algorithm, ["kid"] = keyId };
        var body = new JsonObject
        {
            ["iss"] = ClientId,
            ["sub"] = ClientId,
            ["aud"] = audience,
            ["jti"] = RandomNumberGenerator.GetHexString(24),
            ["iat"] = (at ?? TimeProvider.System.GetUtcNow()).ToUnixTimeSeconds(),
        };
        header?.Invoke(head);
        claims?.Invoke(body);
        return key.Sign(head, body);
    }

    /// <summary>Adds a good assertion to the parameters of a request.</summary>
    public void Authenticate(Dictionary<string, string?> parameters, string audience)
    {
        parameters["client_assertion_type"] = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
        parameters["client_assertion"] = MakeAssertion(audience);
    }

    /// <summary>How often a path was asked for.</summary>
    public int CountOf(string path) => _requests.Count(request => request == path);

    /// <summary>Waits until somebody asks for a path.</summary>
    public async Task WaitForRequestAsync(string path)
    {
        while (await _arrivals.Reader.ReadAsync(TestContext.Current.CancellationToken) != path)
        {
        }
    }

    /// <summary>What the next person brings who is sent back.</summary>
    public async Task<IReadOnlyDictionary<string, string>> WaitForCallbackAsync() =>
        await _callbacks.Reader.ReadAsync(TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        _keys.ForEach(key => key.Key.Dispose());
    }

    private Task ServeAsync(HttpContext context)
    {
        var path = context.Request.Path.Value!;
        _requests.Enqueue(path);
        _arrivals.Writer.TryWrite(path);
        return Instead.TryGetValue(path, out var answer) ? answer(context) : PublishAsync(context, path);
    }

    private async Task PublishAsync(HttpContext context, string path)
    {
        switch (path)
        {
            case MetadataPath:
                await WriteAsync(context, "application/json", DescribeApp().ToJsonString());
                break;

            case KeysPath:
                await WriteAsync(context, "application/json", PublishKeys().ToJsonString());
                break;

            case LogoPath:
                context.Response.ContentType = "image/png";
                await context.Response.Body.WriteAsync(Logo, context.RequestAborted);
                break;

            case CallbackPath:
                var form = context.Request.HasFormContentType ? await context.Request.ReadFormAsync(context.RequestAborted) : null;
                _callbacks.Writer.TryWrite(form is not null
                    ? form.ToDictionary(field => field.Key, field => field.Value.ToString())
                    : context.Request.Query.ToDictionary(field => field.Key, field => field.Value.ToString()));
                await WriteAsync(context, "text/html", "<!doctype html><title>The app</title><h1>Welcome back</h1>");
                break;

            default:
                context.Response.StatusCode = StatusCodes.Status404NotFound;
                break;
        }
    }

    // The keys stand in the document, unless it says that they are elsewhere, or something else about them.
    private JsonObject DescribeApp()
    {
        var metadata = Metadata.DeepClone().AsObject();
        if (_keys.Count > 0 && !metadata.ContainsKey("jwks_uri") && !metadata.ContainsKey("jwks"))
        {
            metadata["jwks"] = PublishKeys();
        }

        return metadata;
    }

    /// <summary>Answers with a text.</summary>
    public static Task WriteAsync(HttpContext context, string contentType, string text)
    {
        context.Response.ContentType = contentType;
        return context.Response.WriteAsync(text, context.RequestAborted);
    }
}
