using System.Collections.Concurrent;
using AtProto;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Pds.Contracts.Repo;
using Pds.Xrpc;
using Wolverine;

namespace Pds.Modules.Proxy.Forwarding;

/// <summary>
/// The tokens that go out with requests. Those for reading are used again for most of their minute; a procedure gets a new one,
/// for a service may take the same token twice for the same request twice.
/// </summary>
internal sealed class TokenCache(TimeProvider time)
{
    // Two generations of this length, then a token is forgotten, with a few seconds of its minute left for the way.
    private static readonly TimeSpan Generation = TimeSpan.FromSeconds(24);

    private const int MostKept = 100_000;

    private static readonly CacheCounter Counter = new("service_token");

    private readonly Lock _turning = new();
    private volatile Generations _kept = new([], [], time.GetTimestamp());

    /// <summary>The value of the <c>Authorization</c> header.</summary>
    public ValueTask<string> GetAsync(HttpContext context, Did issuer, Did audience, string method)
    {
        if (HttpMethods.IsPost(context.Request.Method))
        {
            return new(SignAsync(context, issuer, audience, method));
        }

        var key = (issuer, audience, method);
        var kept = Current();
        var isThere = kept.New.TryGetValue(key, out var token) || kept.Old.TryGetValue(key, out token);
        Counter.Count(isThere);
        return isThere ? new(token!) : new(AddAsync());

        async Task<string> AddAsync() => kept.New[key] = await SignAsync(context, issuer, audience, method);
    }

    private static async Task<string> SignAsync(HttpContext context, Did issuer, Did audience, string method)
    {
        var bus = context.RequestServices.GetRequiredService<IMessageBus>();
        var signed = await bus.InvokeAsync<SignedServiceToken?>(
            new SignServiceToken(issuer, audience.Value, method), context.RequestAborted);
        return $"Bearer {(signed ?? throw XrpcErrors.RepoNotFound(issuer)).Token}";
    }

    private Generations Current()
    {
        var kept = _kept;
        if (time.GetElapsedTime(kept.Since) < Generation && kept.New.Count < MostKept)
        {
            return kept;
        }

        lock (_turning)
        {
            if (_kept == kept)
            {
                // After a pause the last generation may be as old as that pause.
                var isRecent = time.GetElapsedTime(kept.Since) < 1.5 * Generation;
                _kept = new Generations([], isRecent ? kept.New : [], time.GetTimestamp());
            }

            return _kept;
        }
    }

    private sealed record Generations(
        ConcurrentDictionary<(Did, Did, string), string> New,
        ConcurrentDictionary<(Did, Did, string), string> Old,
        long Since);
}
