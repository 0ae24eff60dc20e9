using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Pds.Tests.Moving;

/// <summary>One document on a small web server.</summary>
internal sealed class StaticDocument : IAsyncDisposable
{
    private readonly WebApplication _app;

    private StaticDocument(WebApplication app) => _app = app;

    public int Port => new Uri(_app.Urls.First()).Port;

    public string Text { get; set; } = "";

    public static async Task<StaticDocument> StartAsync(string path)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var document = new StaticDocument(builder.Build());
        document._app.MapGet(path, () => Results.Text(document.Text, "application/json"));
        await document._app.StartAsync();
        return document;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}
