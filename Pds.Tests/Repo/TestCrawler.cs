using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Pds.LocalServices;

namespace Pds.Tests.Repo;

/// <summary>A relay as far as it lets itself be told of hosts.</summary>
internal sealed class TestCrawler : IAsyncDisposable
{
    private readonly WebApplication _app;

    private TestCrawler(WebApplication app, Uri url) => (_app, Url) = (app, url);

    public Uri Url { get; }

    /// <summary>The statuses of the next answers; 200 when there are none left.</summary>
    public ConcurrentQueue<int> Answers { get; } = new();

    /// <summary>What it was told, in order, whatever it answered.</summary>
    public ConcurrentQueue<string?> Hostnames { get; } = new();

    public static async Task<TestCrawler> StartAsync(params int[] answers)
    {
        var url = new Uri($"http://127.0.0.1:{LoopbackPort.Free()}");
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { Args = [$"--urls={url}", "--Logging:LogLevel:Default=Warning"] });
        var crawler = new TestCrawler(builder.Build(), url);
        Array.ForEach(answers, crawler.Answers.Enqueue);
        crawler._app.MapPost("/xrpc/com.atproto.sync.requestCrawl", crawler.AnswerAsync);
        await crawler._app.StartAsync(TestContext.Current.CancellationToken);
        return crawler;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        using var body = await JsonDocument.ParseAsync(context.Request.Body, default, context.RequestAborted);
        context.Response.StatusCode = Answers.TryDequeue(out var status) ? status : StatusCodes.Status200OK;
        Hostnames.Enqueue(body.RootElement.GetProperty("hostname").GetString());
    }
}
