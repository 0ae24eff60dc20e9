using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using AtProto;
using Microsoft.AspNetCore.Http;
using Pds.Xrpc.Outgoing;

namespace Pds.Xrpc;

/// <summary>Spends a request's points, says in the answer what is left of the tightest limit, and refuses when nothing is.</summary>
public sealed class RateLimiter(RateLimitOptions options, RateLimitCounters counters, OwnServer self, TimeProvider time)
{
    // By their hashes, so that nothing is told by how long it takes to compare them: the operator's, and this process's own.
    private readonly byte[][] _bypassKeys =
        [.. new[] { options.BypassKey, self.Key }.Where(key => key is { Length: > 0 }).Select(key => SHA256.HashData(Encoding.UTF8.GetBytes(key!)))];

    /// <summary>Spends points of an account.</summary>
    /// <exception cref="XrpcException"><c>RateLimitExceeded</c>.</exception>
    public ValueTask SpendAsync(HttpContext context, RateLimit[] limits, Did did, int points = 1) =>
        options.Enabled ? SpendAsync(context, limits, did.Value, points) : ValueTask.CompletedTask;

    /// <summary>Spends points of whoever asks, by what is asked for and the address.</summary>
    /// <exception cref="XrpcException"><c>RateLimitExceeded</c>.</exception>
    public ValueTask SpendBySubjectAsync(HttpContext context, RateLimit[] limits, string subject)
    {
        if (!options.Enabled)
        {
            return ValueTask.CompletedTask;
        }

        var name = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(subject)).AsSpan(0, 16));
        return SpendAsync(context, limits, $"{name}-{AddressOf(context)}", 1);
    }

    /// <summary>Spends points of the client's address.</summary>
    /// <exception cref="XrpcException"><c>RateLimitExceeded</c>.</exception>
    public ValueTask SpendByAddressAsync(HttpContext context, RateLimit[] limits) =>
        options.Enabled ? SpendAsync(context, limits, AddressOf(context), 1) : ValueTask.CompletedTask;

    private async ValueTask SpendAsync(HttpContext context, RateLimit[] limits, string subject, int points)
    {
        if (IsFree(context))
        {
            return;
        }

        foreach (var limit in limits)
        {
            var (spent, endsAt) = await counters.SpendAsync(limit, subject, points);
            var left = limit.Points - spent;
            Tell(context.Response, limit, Math.Max(left, 0), endsAt);
            if (left < 0)
            {
                var wait = endsAt - time.GetUtcNow().ToUnixTimeMilliseconds();
                XrpcTelemetry.CountLimitRefusal(limit.Name);
                throw XrpcErrors.RateLimitExceeded(TimeSpan.FromMilliseconds(wait));
            }
        }
    }

    private bool IsFree(HttpContext context)
    {
        if (context.Request.Headers.TryGetValue(OwnServer.Header, out var shown))
        {
            var hash = SHA256.HashData(Encoding.UTF8.GetBytes(shown.ToString()));
            if (Array.Exists(_bypassKeys, key => CryptographicOperations.FixedTimeEquals(key, hash)))
            {
                return true;
            }
        }

        return options.BypassNetworks.Count > 0 && Plain(context) is { } address && options.BypassNetworks.Any(network => network.Contains(address));
    }

    private static void Tell(HttpResponse response, RateLimit limit, long left, long endsAt)
    {
        var headers = response.Headers;
        if (headers.TryGetValue("RateLimit-Remaining", out var told)
            && long.TryParse(told.ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var least) && least <= left)
        {
            return;
        }

        headers["RateLimit-Limit"] = Text(limit.Points);
        headers["RateLimit-Remaining"] = Text(left);
        headers["RateLimit-Reset"] = Text(endsAt / 1000);
        headers["RateLimit-Policy"] = $"{Text(limit.Points)};w={Text((long)limit.Window.TotalSeconds)}";
    }

    private static string AddressOf(HttpContext context) => Plain(context) switch
    {
        null => "",
        { AddressFamily: AddressFamily.InterNetworkV6 } address => Convert.ToHexStringLower(address.GetAddressBytes().AsSpan(0, 8)),
        var address => address.ToString(),
    };

    private static IPAddress? Plain(HttpContext context) =>
        context.Connection.RemoteIpAddress is { IsIPv4MappedToIPv6: true } mapped ? mapped.MapToIPv4() : context.Connection.RemoteIpAddress;

    private static string Text(long number) => number.ToString(CultureInfo.InvariantCulture);
}
