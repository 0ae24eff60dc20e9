using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Pds.Modules.Auth;
using Pds.Modules.Auth.OAuth.Proofs;
using Pds.Tests.Support;
using Pds.Xrpc;
using StackExchange.Redis;

namespace Pds.Tests.Auth.OAuth;

/// <summary>A verifier of proofs at a clock that a test may turn, with the run's Redis behind it.</summary>
internal sealed class ProofBench : IAsyncDisposable
{
    public const string Token = "a token that is hashed as it is";
    public const string Path = "/xrpc/com.atproto.repo.createRecord";
    public const string Url = "https://pds.example.com" + Path;

    private readonly IConnectionMultiplexer _redis;

    private ProofBench(IConnectionMultiplexer redis)
    {
        _redis = redis;
        Nonces = new DpopNonces(Options, Time);
        Verifier = NewVerifier();
    }

    public static AuthOptions Options { get; } = new() { DpopSecret = new string('7', 64) };

    public FakeTimeProvider Time { get; } = new(DateTimeOffset.FromUnixTimeSeconds(1795436321));

    public DpopKey Key { get; } = DpopKey.Create();

    public DpopNonces Nonces { get; }

    public ProofVerifier Verifier { get; }

    public static async Task<ProofBench> StartAsync() => new(await TestServices.Shared.ConnectRedisAsync());

    /// <summary>A Redis that is away.</summary>
    public static async Task<IConnectionMultiplexer> ConnectNowhereAsync() =>
        await ConnectionMultiplexer.ConnectAsync("127.0.0.1:1,abortConnect=false,connectTimeout=100");

    /// <summary>Another one on the same Redis: a replica.</summary>
    /// <param name="redis">Another Redis.</param>
    public ProofVerifier NewVerifier(IConnectionMultiplexer? redis = null) => new(
        new ProofTarget(new ServiceOptions { Hostname = "pds.example.com" }),
        Nonces,
        new ReplayMemory(redis ?? _redis, Time, NullLogger<ReplayMemory>.Instance),
        new ProofKeys(),
        Time);

    /// <summary>A good proof for <see cref="Url"/> and <see cref="Token"/>.</summary>
    public string Prove(
        Action<System.Text.Json.Nodes.JsonObject>? claims = null, Action<System.Text.Json.Nodes.JsonObject>? header = null) =>
        Key.Prove("POST", Url, Token, Nonces.Next(), Time.GetUtcNow(), header, claims);

    public Task<DpopProof?> VerifyAsync(params string[] proofs) => VerifyAsync(Verifier, Token, proofs);

    public static async Task<DpopProof?> VerifyAsync(ProofVerifier verifier, string? token, params string[] proofs)
    {
        var context = new DefaultHttpContext();
        context.Request.Method = "POST";
        context.Request.Path = Path;
        context.Request.QueryString = new QueryString("?x=1");
        context.Request.Headers["DPoP"] = proofs;
        return await verifier.VerifyAsync(context, token, TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        Key.Dispose();
        await _redis.DisposeAsync();
    }
}
