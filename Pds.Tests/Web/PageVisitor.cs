using System.Net;
using System.Text.RegularExpressions;
using Pds.Tests.Support;

namespace Pds.Tests.Web;

/// <summary>A browser without script: it keeps cookies, follows redirects and sends forms as they are written.</summary>
public sealed partial class PageVisitor : IDisposable
{
    private readonly HttpClient _http;
    private Uri _at;

    public PageVisitor(PdsServer server) : this(server.Url)
    {
    }

    public PageVisitor(Uri server)
    {
        // The cookies and the origin are those of the public address.
        _at = new Uri($"http://localhost:{server.Port}");
        var handler = new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, CookieContainer = new CookieContainer() };
        _http = new HttpClient(handler, disposeHandler: true)
        {
            BaseAddress = _at,
        };
        _http.DefaultRequestHeaders.Accept.ParseAdd("text/html");
        _http.DefaultRequestHeaders.UserAgent.ParseAdd("Mozilla/5.0 Firefox/140.0");
    }

    /// <summary>The path and query of the page that is open.</summary>
    public string Address => _at.PathAndQuery;

    public string Html { get; private set; } = "";

    public HttpResponseMessage Answer { get; private set; } = null!;

    public int Status => (int)Answer.StatusCode;

    /// <summary>Whether it tries again where no server answers, or one in trouble.</summary>
    public bool Insists { get; init; }

    public Task GoAsync(string path, params (string Name, string Value)[] headers) => SendAsync(HttpMethod.Get, path, static () => null, headers);

    /// <summary>Sends the form of the open page that has a button with this text.</summary>
    public Task PressAsync(string button, params (string Name, string Value)[] fields) => PressAsync(button, [], fields);

    public Task PressAsync(string button, (string Name, string Value)[] headers, (string Name, string Value)[] fields)
    {
        var form = Form().Matches(Html).Single(form => form.Groups["inside"].Value is var inside
            && (inside.Contains($">{button}</button>", StringComparison.Ordinal) || inside.Contains($"\"{button}\"", StringComparison.Ordinal))).Value;
        var action = WebUtility.HtmlDecode(Action().Match(form).Groups["value"].Value);
        var hidden = Hidden().Matches(form)
            .Select(input => KeyValuePair.Create(input.Groups["name"].Value, WebUtility.HtmlDecode(input.Groups["value"].Value)))
            .Where(input => !fields.Any(field => field.Name == input.Key));
        var sent = hidden.Concat(fields.Select(field => KeyValuePair.Create(field.Name, field.Value))).ToArray();
        return SendAsync(HttpMethod.Post, action, () => new FormUrlEncodedContent(sent), headers);
    }

    /// <summary>Sends a form of a page that was open earlier.</summary>
    public Task PressOldAsync(string address, string html, string button)
    {
        (_at, Html) = (new Uri(_at, address), html);
        return PressAsync(button);
    }

    public void Dispose() => _http.Dispose();

    private async Task SendAsync(HttpMethod method, string path, Func<HttpContent?> content, (string Name, string Value)[] headers)
    {
        for (var hop = 0; hop < 10; hop++)
        {
            _at = new Uri(_at, path);
            await Eventually.TrueAsync(() => TryHopAsync(method, content(), headers));
            if (Answer.Headers.Location is not { } next || (next.IsAbsoluteUri && next.Host != _at.Host))
            {
                return;
            }

            (method, content, path) = (HttpMethod.Get, static () => null, next.ToString());
        }

        Assert.Fail($"The redirects do not end: {_at}");
    }

    private async Task<bool> TryHopAsync(HttpMethod method, HttpContent? content, (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, _at) { Content = content };
        foreach (var (name, value) in headers)
        {
            request.Headers.Add(name, value);
        }

        await KnownSecrets.NoteAsync(request);
        try
        {
            Answer = await _http.SendAsync(request, TestContext.Current.CancellationToken);
            Html = await Answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
            return Status < 500 || !Insists;
        }
        catch (HttpRequestException) when (Insists)
        {
            return false;
        }
    }

    [GeneratedRegex("<form[^>]*>(?<inside>.*?)</form>", RegexOptions.Singleline)]
    private static partial Regex Form();

    [GeneratedRegex("action=\"(?<value>[^\"]*)\"")]
    private static partial Regex Action();

    [GeneratedRegex("<input(?=[^>]*type=\"hidden\")(?=[^>]*name=\"(?<name>[^\"]*)\")(?=[^>]*value=\"(?<value>[^\"]*)\")[^>]*>")]
    private static partial Regex Hidden();
}
