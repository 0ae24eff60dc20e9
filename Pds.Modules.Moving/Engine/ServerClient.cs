using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Pds.Modules.Moving.Engine;

/// <summary>
/// Calls the methods of one server, as the account once there is a session. What fails on the way is tried again, a session that
/// has run out is renewed, a server that asks to wait a little is waited for.
/// </summary>
/// <param name="http">Has no limit of time or size of its own; whoever gives it guards the addresses that it reaches.</param>
/// <param name="name">What the server is called in messages.</param>
public sealed class ServerClient(HttpClient http, Uri address, string name, TimeProvider time)
{
    private const int MostAttempts = 5;
    private const int MaxAnswerBytes = 8 << 20;

    private static readonly TimeSpan CallTimeout = TimeSpan.FromSeconds(100);
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(2);

    private readonly Lock _gate = new();
    private Task? _renewal;

    public string Name { get; } = name;

    /// <summary>Null before the sign-in.</summary>
    public ServerTokens? Tokens { get; set; }

    /// <summary>Calls a query.</summary>
    /// <exception cref="MoveException">It was refused, or the server cannot be reached.</exception>
    public async Task<JsonElement> QueryAsync(
        string nsid, CancellationToken cancellationToken, params (string Name, string Value)[] parameters)
    {
        using var answer = await SendAsync(nsid, () => Get(nsid, parameters), mayRepeat: true, cancellationToken);
        return await ReadJsonAsync(nsid, answer, cancellationToken);
    }

    /// <summary>Opens an answer of any size.</summary>
    /// <exception cref="MoveException">It was refused, or the server cannot be reached.</exception>
    public Task<HttpResponseMessage> OpenAsync(
        string nsid, CancellationToken cancellationToken, params (string Name, string Value)[] parameters) =>
        SendAsync(nsid, () => Get(nsid, parameters), mayRepeat: true, cancellationToken);

    /// <summary>Calls a procedure.</summary>
    /// <param name="mayRepeat">Whether a call whose answer was lost may be made again.</param>
    /// <param name="mayRenew">Whether <c>ExpiredToken</c> means the session; the code of a mail has the same name for it.</param>
    /// <exception cref="MoveException">It was refused, or the server cannot be reached.</exception>
    public async Task<JsonElement> CallAsync(
        string nsid, JsonObject? input, CancellationToken cancellationToken, string? token = null, bool mayRepeat = true, bool mayRenew = true)
    {
        using var answer = await SendAsync(nsid, () => Post(nsid, input, token), mayRepeat, cancellationToken, mayRenew);
        return await ReadJsonAsync(nsid, answer, cancellationToken);
    }

    /// <summary>Calls a procedure with a body that can be read once.</summary>
    /// <exception cref="MoveException">It was refused, or the server cannot be reached.</exception>
    public async Task<JsonElement> UploadAsync(string nsid, HttpContent body, CancellationToken cancellationToken)
    {
        // A token that runs out on the way would be noticed only when the body is gone.
        if (Tokens is { } tokens && AccessToken.EndsWithin(tokens.Access, TimeSpan.FromMinutes(10), time))
        {
            await RefreshAsync(tokens.Access, cancellationToken);
        }

        using var request = new HttpRequestMessage(HttpMethod.Post, UriOf(nsid)) { Content = body };
        Authorize(request);
        try
        {
            using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            return answer.IsSuccessStatusCode
                ? await ReadJsonAsync(nsid, answer, cancellationToken)
                : throw await RefusalAsync(nsid, answer, cancellationToken);
        }
        catch (HttpRequestException failure)
        {
            throw Unreachable(nsid, failure);
        }
    }

    private HttpRequestMessage Get(string nsid, (string Name, string Value)[] parameters) => new(HttpMethod.Get, UriOf(nsid, parameters));

    private HttpRequestMessage Post(string nsid, JsonObject? input, string? token)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, UriOf(nsid));
        if (input is not null)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(input.ToJsonString()));
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        }

        if (token is not null)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }

        return request;
    }

    private Uri UriOf(string nsid, params (string Name, string Value)[] parameters) => new(address, $"/xrpc/{nsid}{string.Concat(
        parameters.Select((parameter, i) => $"{(i == 0 ? '?' : '&')}{parameter.Name}={Uri.EscapeDataString(parameter.Value)}"))}");

    private void Authorize(HttpRequestMessage request)
    {
        if (Tokens is not null && request.Headers.Authorization is null)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Tokens.Access);
        }
    }

    private async Task<HttpResponseMessage> SendAsync(
        string nsid, Func<HttpRequestMessage> make, bool mayRepeat, CancellationToken cancellationToken, bool mayRenew = true)
    {
        var isRenewed = !mayRenew;
        for (var attempt = 1; ; attempt++)
        {
            MoveException failure;
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            limit.CancelAfter(CallTimeout);
            try
            {
                using var request = make();
                Authorize(request);
                var isOwn = Tokens is not null && request.Headers.Authorization?.Parameter == Tokens.Access;
                var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, limit.Token);
                if (answer.IsSuccessStatusCode)
                {
                    return answer;
                }

                using (answer)
                {
                    failure = await RefusalAsync(nsid, answer, limit.Token);
                    if (failure.Error == "ExpiredToken" && isOwn && !isRenewed)
                    {
                        isRenewed = true;
                        await RefreshAsync(request.Headers.Authorization!.Parameter!, cancellationToken);
                        continue;
                    }

                    mayRepeat |= answer.StatusCode == HttpStatusCode.TooManyRequests;
                }
            }
            catch (Exception broken) when (
                broken is HttpRequestException or IOException
                || (broken is OperationCanceledException && !cancellationToken.IsCancellationRequested))
            {
                failure = Unreachable(nsid, broken);
            }

            if (failure.RetryAfter is not { } wait || wait > LongestWait || !mayRepeat || attempt == MostAttempts)
            {
                throw failure;
            }

            await Task.Delay(wait + TimeSpan.FromMilliseconds(250 << attempt), time, cancellationToken);
        }
    }

    // Several calls may find at once that the session has run out; one renews it.
    private Task RefreshAsync(string used, CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (Tokens!.Access != used)
            {
                return Task.CompletedTask;
            }

            return _renewal is { IsCompleted: false } ? _renewal : _renewal = RefreshAsync(cancellationToken);
        }
    }

    private async Task RefreshAsync(CancellationToken cancellationToken)
    {
        const string Method = "com.atproto.server.refreshSession";
        using var request = new HttpRequestMessage(HttpMethod.Post, UriOf(Method));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", Tokens!.Refresh);
        using var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        if (!answer.IsSuccessStatusCode)
        {
            throw await RefusalAsync(Method, answer, cancellationToken);
        }

        var session = await ReadJsonAsync(Method, answer, cancellationToken);
        Tokens = new ServerTokens(session.Text("accessJwt"), session.Text("refreshJwt"));
    }

    private async Task<JsonElement> ReadJsonAsync(string nsid, HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        try
        {
            var bytes = await ReadAsync(answer, cancellationToken)
                ?? throw new MoveException($"{Name} answered {nsid} with more than it should") { Method = nsid };
            return bytes.Length == 0 ? default : JsonElement.Parse(bytes);
        }
        catch (Exception broken) when (
            broken is HttpRequestException or IOException
            || (broken is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw Unreachable(nsid, broken);
        }
        catch (JsonException problem)
        {
            throw new MoveException($"{Name} answered {nsid} with what is no JSON", problem) { Method = nsid };
        }
    }

    private static async Task<byte[]?> ReadAsync(HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(CallTimeout);
        using var bytes = new MemoryStream();
        await using var stream = await answer.Content.ReadAsStreamAsync(limit.Token);
        var buffer = new byte[16 * 1024];
        int read;
        while ((read = await stream.ReadAsync(buffer, limit.Token)) > 0)
        {
            bytes.Write(buffer, 0, read);
            if (bytes.Length > MaxAnswerBytes)
            {
                return null;
            }
        }

        return bytes.ToArray();
    }

    private async Task<MoveException> RefusalAsync(string nsid, HttpResponseMessage answer, CancellationToken cancellationToken)
    {
        var (error, message) = (default(string), default(string));
        try
        {
            var json = JsonElement.Parse(await ReadAsync(answer, cancellationToken) ?? []);
            (error, message) = (json.TextOrNull("error"), json.TextOrNull("message"));
        }
        catch (JsonException)
        {
            // The answer of something that stands before the server.
        }

        return new MoveException($"{Name} refused {nsid}: {Shorten(message ?? error ?? $"status {(int)answer.StatusCode}")}")
        {
            Error = error,
            Method = nsid,
            RetryAfter = answer.StatusCode switch
            {
                HttpStatusCode.TooManyRequests => WaitOf(answer.Headers),
                HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable or HttpStatusCode.GatewayTimeout => TimeSpan.FromSeconds(1),
                _ => null,
            },
        };
    }

    private TimeSpan WaitOf(HttpResponseHeaders headers)
    {
        if (headers.RetryAfter is { } told)
        {
            return told.Delta ?? told.Date - time.GetUtcNow() ?? TimeSpan.Zero;
        }

        return headers.TryGetValues("RateLimit-Reset", out var reset) && long.TryParse(reset.First(), out var seconds)
            ? TimeSpan.FromSeconds(Math.Clamp(seconds - time.GetUtcNow().ToUnixTimeSeconds(), 0, 86_400))
            : TimeSpan.FromMinutes(1);
    }

    private MoveException Unreachable(string nsid, Exception cause) =>
        new($"{Name} did not answer {nsid}: {Shorten(cause is OperationCanceledException ? "it took too long" : cause.Message)}", cause)
        {
            Method = nsid,

            // Who is not reached at the first call may not be there at all, which is to be told at once.
            RetryAfter = Tokens is null && cause is HttpRequestException ? null : TimeSpan.FromSeconds(1),
        };

    private static string Shorten(string text) => text.Length <= 300 ? text : $"{text.AsSpan(0, 300)}…";
}
