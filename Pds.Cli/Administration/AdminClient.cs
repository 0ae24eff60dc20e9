using System.CommandLine;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using AtProto;
using Microsoft.Extensions.Configuration;
using Pds.Cli.Commands;

namespace Pds.Cli.Administration;

/// <summary>Calls the methods of a running server, as its administrator where that is needed.</summary>
internal sealed class AdminClient : IDisposable
{
    private const int MaxAnswer = 64 << 20;

    private readonly HttpClient _http;
    private readonly string? _password;

    private AdminClient(Uri server, string? password)
    {
        (Server, _password) = (server, password);
        _http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }, disposeHandler: true)
        {
            BaseAddress = server, MaxResponseContentBufferSize = MaxAnswer, Timeout = TimeSpan.FromSeconds(100),
        };
    }

    /// <summary>Which server to talk to, where it is not the one of the settings.</summary>
    public static Option<string?> ServerOption { get; } = new("--server")
    {
        Description = "The server's address; made of PDS_HOSTNAME and PDS_PORT when absent.", HelpName = "URL", Recursive = true,
    };

    public Uri Server { get; }

    /// <summary>A client for the server that a command line, the environment or an env file names.</summary>
    public static AdminClient Open(ParseResult parsed)
    {
        var settings = CommandSettings.Read(parsed);
        return new AdminClient(AddressOf(parsed.GetValue(ServerOption), settings), settings["PDS_ADMIN_PASSWORD"]);
    }

    public Task<JsonNode> QueryAsync(string nsid, CancellationToken cancellationToken, params (string Name, string? Value)[] parameters)
    {
        var query = string.Join('&', parameters
            .Where(parameter => parameter.Value is not null)
            .Select(parameter => $"{parameter.Name}={Uri.EscapeDataString(parameter.Value!)}"));
        return SendAsync(new HttpRequestMessage(HttpMethod.Get, $"/xrpc/{nsid}{(query.Length == 0 ? "" : $"?{query}")}"), asAdmin: true, cancellationToken);
    }

    /// <param name="asAdmin">Whether to show who asks.</param>
    public Task<JsonNode> CallAsync(string nsid, JsonObject input, CancellationToken cancellationToken, bool asAdmin = true)
    {
        var content = new StringContent(input.ToJsonString(), Encoding.UTF8);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        return SendAsync(new HttpRequestMessage(HttpMethod.Post, $"/xrpc/{nsid}") { Content = content }, asAdmin, cancellationToken);
    }

    /// <summary>The DID of an account that is named by DID, handle or e-mail address.</summary>
    public async Task<string> FindAsync(string account, CancellationToken cancellationToken)
    {
        var name = account.Trim();
        if (Did.TryParse(name, out _))
        {
            return name;
        }

        if (name.Contains('@', StringComparison.Ordinal) && !name.StartsWith('@'))
        {
            var found = await QueryAsync("com.atproto.admin.searchAccounts", cancellationToken, ("email", name), ("limit", "100"));
            return found["accounts"]!.AsArray()
                .Where(item => string.Equals((string?)item!["email"], name, StringComparison.OrdinalIgnoreCase))
                .Select(item => (string?)item!["did"]).SingleOrDefault() ?? throw new CommandFailure($"No account has the address {name}.");
        }

        return Handle.TryParse(name.TrimStart('@'), out var handle)
            ? (string)(await QueryAsync("com.atproto.identity.resolveHandle", cancellationToken, ("handle", handle.Value)))["did"]!
            : throw new CommandFailure($"{account} is neither a DID nor a handle nor an e-mail address.");
    }

    public void Dispose() => _http.Dispose();

    private static Uri AddressOf(string? given, IConfiguration settings)
    {
        if (given is not null)
        {
            return Uri.TryCreate(given, UriKind.Absolute, out var url) && url.Scheme is "http" or "https"
                ? url
                : throw new CommandFailure($"{given} is not an http or https URL.");
        }

        var name = settings["PDS_HOSTNAME"] is { Length: > 0 } set ? set : "localhost";
        var port = settings["PDS_PORT"] is { Length: > 0 } number ? number : "2583";
        return Uri.TryCreate(name == "localhost" ? $"http://localhost:{port}" : $"https://{name}", UriKind.Absolute, out var address)
            ? address
            : throw new CommandFailure("PDS_HOSTNAME and PDS_PORT do not make an address; --server names one.");
    }

    private async Task<JsonNode> SendAsync(HttpRequestMessage request, bool asAdmin, CancellationToken cancellationToken)
    {
        using (request)
        {
            if (asAdmin)
            {
                var password = _password is { Length: > 0 } set ? set : throw new CommandFailure(
                    "PDS_ADMIN_PASSWORD is not set; --env-file names the file with the server's settings.");
                request.Headers.Authorization = new AuthenticationHeaderValue(
                    "Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"admin:{password}")));
            }

            try
            {
                using var response = await _http.SendAsync(request, cancellationToken);
                var answer = Parse(await response.Content.ReadAsByteArrayAsync(cancellationToken));
                return response.IsSuccessStatusCode ? answer ?? new JsonObject() : throw Refusal(response.StatusCode, answer);
            }
            catch (Exception failure) when (
                failure is HttpRequestException or TaskCanceledException && !cancellationToken.IsCancellationRequested)
            {
                throw new CommandFailure($"{Server} does not answer: {failure.Message}");
            }
        }
    }

    private CommandFailure Refusal(HttpStatusCode status, JsonNode? answer) => status == HttpStatusCode.Unauthorized
        ? new CommandFailure($"{Server} does not take PDS_ADMIN_PASSWORD for its administrator's.")
        : new CommandFailure(
            (answer as JsonObject)?["message"]?.ToString() ?? (answer as JsonObject)?["error"]?.ToString() ?? $"{Server} answered {(int)status}.");

    private static JsonNode? Parse(byte[] body)
    {
        try
        {
            return body.Length == 0 ? null : JsonNode.Parse(body);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
