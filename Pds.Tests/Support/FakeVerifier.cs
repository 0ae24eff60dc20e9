using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Pds.Tests.Support;

/// <summary>A service that is asked before an account is made: it keeps what it was sent and answers as a test says.</summary>
public sealed class FakeVerifier : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<string> _bodies = new();

    private FakeVerifier(WebApplication app) => _app = app;

    public string Url => _app.Urls.First();

    /// <summary>The status of the next answers.</summary>
    public int Status { get; set; } = 200;

    /// <summary>The body of the next answers.</summary>
    public string Answer { get; set; } = "{}";

    /// <summary>The bodies that it was sent.</summary>
    public IReadOnlyCollection<string> Bodies => _bodies;

    /// <summary>The last header <c>Authorization</c>.</summary>
    public string? Authorization { get; private set; }

    public static async Task<FakeVerifier> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var verifier = new FakeVerifier(app);
        app.Run(verifier.AnswerAsync);
        await app.StartAsync();
        return verifier;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        _bodies.Enqueue(await reader.ReadToEndAsync(context.RequestAborted));
        Authorization = context.Request.Headers.Authorization;
        context.Response.StatusCode = Status;
        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(Answer, context.RequestAborted);
    }
}
