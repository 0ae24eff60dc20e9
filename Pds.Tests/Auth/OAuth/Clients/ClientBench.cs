using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Pds.Modules.Auth;
using Pds.Modules.Auth.OAuth;
using Pds.Modules.Auth.OAuth.Clients;
using Pds.Modules.Auth.OAuth.Proofs;
using Pds.Tests.Support;
using Pds.Xrpc;
using Pds.Xrpc.Outgoing;
using StackExchange.Redis;

namespace Pds.Tests.Auth.OAuth.Clients;

/// <summary>
/// A directory at a clock that a test may turn, with the run's Redis behind it, and an app of a public name of its own whose
/// server is here.
/// </summary>
internal sealed class ClientBench : IAsyncDisposable
{
    public const string Issuer = "https://pds.example.com";

    private static int _names;

    private readonly IConnectionMultiplexer _redis;
    private readonly OutgoingHttp _http;
    private readonly List<ClientCache> _caches = [];

    private ClientBench(OAuthClientHost host, IConnectionMultiplexer redis)
    {
        Host = host;
        _redis = redis;
        _http = new OutgoingHttp(Service, host.LeadHere);
        Directory = NewDirectory();
        Assertions = NewVerifier(Directory);
        Logos = new ClientLogos(Directory, new ClientDocuments(_http, Time));
    }

    public static ServiceOptions Service { get; } = new() { Hostname = "pds.example.com" };

    public FakeTimeProvider Time { get; } = new(DateTimeOffset.FromUnixTimeSeconds(1795436321));

    public OAuthClientHost Host { get; }

    public ClientDirectory Directory { get; }

    public ClientAssertionVerifier Assertions { get; }

    public ClientLogos Logos { get; }

    public static async Task<ClientBench> StartAsync() => new(await OAuthClientHost.StartAsync(NewName()), await ConnectAsync());

    public static async Task<ClientBench> StartConfidentialAsync(bool keysApart = false) =>
        new(await OAuthClientHost.StartConfidentialAsync(NewName(), keysApart), await ConnectAsync());

    /// <summary>Another one on the same Redis: a replica.</summary>
    public ClientDirectory NewDirectory(IConnectionMultiplexer? redis = null, params string[] trusted)
    {
        var cache = new ClientCache(redis ?? _redis, Time, NullLogger<ClientCache>.Instance);
        _caches.Add(cache);
        return new ClientDirectory(
            new ClientDocuments(_http, Time), cache, Service, new AuthOptions { TrustedClients = trusted }, Time,
            NullLogger<ClientDirectory>.Instance);
    }

    /// <summary>A verifier that asks this directory, on the same Redis.</summary>
    public ClientAssertionVerifier NewVerifier(ClientDirectory directory) => new(
        directory, new ReplayMemory(_redis, Time, NullLogger<ReplayMemory>.Instance), new ProofKeys(), Service, Time);

    public Task<OAuthClient> GetAsync() => Directory.GetAsync(Host.ClientId, TestContext.Current.CancellationToken);

    /// <summary>The way from an assertion to what it proves.</summary>
    public async Task<ClientAssertion> VerifyAsync(string assertion) =>
        await Assertions.VerifyAsync(await GetAsync(), assertion, TestContext.Current.CancellationToken);

    /// <summary>Asserts that the app is refused for this reason.</summary>
    public async Task AssertRefusedAsync(string message)
    {
        var refusal = await Assert.ThrowsAsync<OAuthException>(GetAsync);
        Assert.Equal((400, "invalid_client_metadata", message), (refusal.Status, refusal.Error, refusal.Message));
    }

    public async ValueTask DisposeAsync()
    {
        _caches.ForEach(cache => cache.Dispose());
        Logos.Dispose();
        _http.Dispose();
        await _redis.DisposeAsync();
        await Host.DisposeAsync();
    }

    private static string NewName() => $"app-{Interlocked.Increment(ref _names)}.example.com";

    private static Task<IConnectionMultiplexer> ConnectAsync() => TestServices.Shared.ConnectRedisAsync();
}
