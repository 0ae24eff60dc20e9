using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Nodes;
using AtProto;
using Microsoft.AspNetCore.Http;
using Pds.Modules.Proxy.Forwarding;
using Pds.Xrpc;

namespace Pds.Modules.Proxy.ReadAfterWrite;

/// <summary>Asks the AppView, for an account, for what a view needs besides.</summary>
internal sealed class AppViewReader(
    Upstreams upstreams, UpstreamHttp connections, TokenCache tokens, ProxyOptions options, TimeProvider time)
{
    // An answer is waiting for this one.
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(3);

    // A thread is an object in an object for each of its posts.
    internal static readonly JsonDocumentOptions Deep = new() { MaxDepth = 512 };

    /// <summary>The AppView's answer; null when it has none, or none in time.</summary>
    public async Task<JsonObject?> FindAsync(
        HttpContext context, Did account, string method, string query, CancellationToken cancellationToken)
    {
        if (upstreams.AppView is not { } appView)
        {
            return null;
        }

        using var limit = new CancellationTokenSource(Limit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, $"{appView.Origin}/xrpc/{method}?{query}");
            request.Headers.Authorization = AuthenticationHeaderValue.Parse(
                await tokens.GetAsync(context, account, appView.Did, method));
            using var answer = await connections.Configured.SendAsync(request, either.Token);
            return answer.IsSuccessStatusCode
                ? JsonNode.Parse(
                    (await UpstreamBody.ReadAsync(answer, options.MaxResponseSize, either.Token)).Span, documentOptions: Deep) as JsonObject
                : null;
        }
        catch (Exception failure) when (
            failure is HttpRequestException or IOException or JsonException or XrpcException or OperationCanceledException)
        {
            cancellationToken.ThrowIfCancellationRequested();
            return null;
        }
    }
}
