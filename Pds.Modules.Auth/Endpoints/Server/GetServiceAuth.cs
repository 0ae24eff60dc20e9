using AtProto;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Pds.Contracts.Repo;
using Pds.Xrpc;
using Wolverine;

namespace Pds.Modules.Auth.Endpoints.Server;

/// <summary>Gives the caller a token, signed with its own key, to show to another service.</summary>
internal static class GetServiceAuth
{
    private const string Migration = "com.atproto.server.createAccount";
    private const int LongestAudience = 2048;

    private static readonly TimeSpan Longest = TimeSpan.FromHours(1);
    private static readonly TimeSpan LongestForAnyMethod = TimeSpan.FromMinutes(1);

    public static void Map(IEndpointRouteBuilder xrpc) => xrpc
        .MapQuery("com.atproto.server.getServiceAuth", HandleAsync)
        .RequireAuthorization(Access.AccountOrTakendown)
        .TellsScope("rpc:<lxm>?aud=<aud>");

    internal sealed record Output(string Token);

    private static async Task<Output> HandleAsync(
        Caller caller, string aud, IMessageBus bus, TimeProvider time, CancellationToken cancellationToken,
        long? exp = null, Nsid? lxm = null)
    {
        var method = lxm?.ToString();
        RequireAudience(aud);
        caller.RequireRpcScope(method ?? "*", aud);
        RequireMethod(caller.Kind, method);
        var expires = exp is { } seconds ? RequireExpiry(seconds, time.GetUtcNow(), method) : (DateTimeOffset?)null;
        var signed = await bus.InvokeAsync<SignedServiceToken?>(
            new SignServiceToken(caller.Did, aud, method, expires), cancellationToken);
        return new Output((signed ?? throw XrpcErrors.AccountNotFound()).Token);
    }

    private static void RequireAudience(string aud)
    {
        var hash = aud.IndexOf('#', StringComparison.Ordinal);
        var isService = hash < 0 || (hash < aud.Length - 1 && aud.IndexOfAny(['#', ' '], hash + 1) < 0);
        if (aud.Length > LongestAudience || !isService || !Did.TryParse(hash < 0 ? aud : aud[..hash], out _))
        {
            throw XrpcErrors.InvalidRequest("aud must be a DID or a DID with the id of a service");
        }
    }

    private static void RequireMethod(AccessKind kind, string? method)
    {
        // Whoever is taken down here may still move away.
        if (kind == AccessKind.Takendown && method != Migration)
        {
            throw XrpcErrors.InvalidToken("Bad token scope");
        }

        if (method is null)
        {
            return;
        }

        if (ServiceMethods.IsProtected(method))
        {
            throw XrpcErrors.InvalidRequest($"cannot request a service auth token for the following protected method: {method}");
        }

        if (kind == AccessKind.AppPassword && ServiceMethods.IsPrivileged(method))
        {
            throw XrpcErrors.InvalidRequest($"insufficient access to request a service auth token for the following method: {method}");
        }
    }

    private static DateTimeOffset RequireExpiry(long seconds, DateTimeOffset now, string? method)
    {
        // Compared as numbers: what a client sends need not be a time at all.
        var ahead = (decimal)seconds - now.ToUnixTimeMilliseconds() / 1000m;
        var problem = ahead < 0 ? "expiration is in past"
            : ahead > (decimal)Longest.TotalSeconds ? "cannot request a token with an expiration more than an hour in the future"
            : method is null && ahead > (decimal)LongestForAnyMethod.TotalSeconds
                ? "cannot request a method-less token with an expiration more than a minute in the future"
            : null;
        return problem is null ? DateTimeOffset.FromUnixTimeSeconds(seconds) : throw XrpcErrors.BadRequest("BadExpiration", problem);
    }
}
