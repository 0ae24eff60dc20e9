using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

namespace Pds.Web.Sandbox;

/// <summary>This server's own methods, called from outside like any client's.</summary>
internal sealed class SandboxCalls(HttpClient http, Uri server)
{
    /// <summary>Calls a query that refuses what is not there.</summary>
    public async Task<JsonNode?> FindAsync(string query, CancellationToken cancellationToken)
    {
        using var answer = await http.GetAsync(new Uri(server, $"/xrpc/{query}"), cancellationToken);
        return answer.StatusCode == HttpStatusCode.BadRequest ? null : await ReadAsync(query, answer, cancellationToken);
    }

    /// <summary>Calls a procedure; null when it refuses.</summary>
    public async Task<JsonNode?> TryAsync(string method, JsonObject input, CancellationToken cancellationToken)
    {
        using var body = Json(input);
        using var answer = await SendAsync(method, body, authorization: null, cancellationToken);
        return answer.StatusCode == HttpStatusCode.BadRequest ? null : await ReadAsync(method, answer, cancellationToken);
    }

    /// <summary>Calls a procedure.</summary>
    /// <exception cref="SandboxException">It refused.</exception>
    public async Task<JsonNode> PostAsync(string method, JsonObject input, string? token, CancellationToken cancellationToken)
    {
        using var body = Json(input);
        return await PostAsync(method, body, token, cancellationToken);
    }

    /// <summary>Calls a procedure with a body of its own.</summary>
    /// <exception cref="SandboxException">It refused.</exception>
    public async Task<JsonNode> PostAsync(string method, HttpContent body, string? token, CancellationToken cancellationToken)
    {
        using var answer = await SendAsync(
            method, body, token is null ? null : new AuthenticationHeaderValue("Bearer", token), cancellationToken);
        return await ReadAsync(method, answer, cancellationToken);
    }

    /// <summary>Calls a procedure as the administrator.</summary>
    /// <exception cref="SandboxException">It refused.</exception>
    public async Task<JsonNode> AdministerAsync(string method, JsonObject input, string password, CancellationToken cancellationToken)
    {
        using var body = Json(input);
        var credentials = Convert.ToBase64String(Encoding.UTF8.GetBytes($"admin:{password}"));
        using var answer = await SendAsync(method, body, new AuthenticationHeaderValue("Basic", credentials), cancellationToken);
        return await ReadAsync(method, answer, cancellationToken);
    }

    private async Task<HttpResponseMessage> SendAsync(
        string method, HttpContent body, AuthenticationHeaderValue? authorization, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(server, $"/xrpc/{method}")) { Content = body };
        request.Headers.Authorization = authorization;
        return await http.SendAsync(request, cancellationToken);
    }

    private static async Task<JsonNode> ReadAsync(string method, HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        var text = await answer.Content.ReadAsStringAsync(cancellationToken);
        return answer.IsSuccessStatusCode
            ? JsonNode.Parse(text)!
            : throw new SandboxException($"{method} answered {(int)answer.StatusCode}: {text}");
    }

    private static ByteArrayContent Json(JsonObject input)
    {
        var body = new ByteArrayContent(Encoding.UTF8.GetBytes(input.ToJsonString()));
        body.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        return body;
    }
}
