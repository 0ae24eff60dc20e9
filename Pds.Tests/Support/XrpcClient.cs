using System.Net.Http.Headers;
using System.Text.Json;
using Pds.Xrpc;

namespace Pds.Tests.Support;

/// <summary>Calls methods over HTTP and returns whatever came back.</summary>
public class XrpcClient(HttpClient http)
{
    /// <summary>The plain client behind it.</summary>
    public HttpClient Http { get; } = http;

    /// <summary>Sent as a bearer token when set.</summary>
    public string? Token { get; set; }

    /// <summary>Calls a query; a parameter may come several times.</summary>
    public Task<XrpcReply> QueryAsync(string nsid, params (string Name, object? Value)[] parameters) =>
        SendAsync(new HttpRequestMessage(HttpMethod.Get, Path(nsid, parameters)));

    /// <summary>Calls a procedure; without an input it has no body.</summary>
    public Task<XrpcReply> ProcedureAsync(string nsid, object? input = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, Path(nsid));
        if (input is not null)
        {
            request.Content = new ByteArrayContent(JsonSerializer.SerializeToUtf8Bytes(input, XrpcJson.Options));
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        }

        return SendAsync(request);
    }

    /// <summary>Calls a procedure whose body is not JSON, or is not good JSON.</summary>
    public Task<XrpcReply> ProcedureAsync(string nsid, byte[] body, string? contentType, string? contentEncoding = null)
    {
        var content = new ByteArrayContent(body);
        if (contentType is not null)
        {
            content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        }

        if (contentEncoding is not null)
        {
            content.Headers.TryAddWithoutValidation("Content-Encoding", contentEncoding);
        }

        return SendAsync(new HttpRequestMessage(HttpMethod.Post, Path(nsid)) { Content = content });
    }

    /// <summary>Sends any request, with the token unless it has an authorization of its own.</summary>
    public async Task<XrpcReply> SendAsync(HttpRequestMessage request)
    {
        using (request)
        {
            if (Token is not null && request.Headers.Authorization is null)
            {
                request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Token);
            }

            var cancellationToken = TestContext.Current.CancellationToken;
            await KnownSecrets.NoteAsync(request);
            using var response = await Http.SendAsync(request, cancellationToken);
            return await XrpcReply.ReadAsync(response, cancellationToken);
        }
    }

    private static string Path(string nsid, params (string Name, object? Value)[] parameters) => parameters.Length == 0
        ? $"/xrpc/{nsid}"
        : $"/xrpc/{nsid}?" + string.Join('&', parameters
            .Where(parameter => parameter.Value is not null)
            .Select(parameter => $"{parameter.Name}={Uri.EscapeDataString(Text(parameter.Value!))}"));

    private static string Text(object value) => value switch
    {
        bool flag => flag ? "true" : "false",
        IFormattable formattable => formattable.ToString(null, System.Globalization.CultureInfo.InvariantCulture),
        _ => value.ToString()!,
    };
}
