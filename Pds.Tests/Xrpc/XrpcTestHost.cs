using System.Collections.Concurrent;
using System.ComponentModel.DataAnnotations;
using System.Net;
using System.Text.Json;
using AtProto;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;
using Pds.Tests.Support;
using Pds.Xrpc;

namespace Pds.Tests.Xrpc;

/// <summary>A server of its own with methods that show the dialect and nothing else.</summary>
public sealed class XrpcTestHost : IAsyncLifetime
{
    private WebApplication? _app;

    public XrpcClient Client { get; private set; } = null!;

    /// <summary>What the server has logged.</summary>
    public ConcurrentQueue<string> Lines { get; } = [];

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders().AddProvider(new LogCapture(Lines));
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        builder.Services.AddXrpc();
        builder.Services.AddSingleton<ICallerAuthentication, TestAuthentication>();

        _app = builder.Build();
        _app.UseXrpc();
        Map(_app);
        await _app.StartAsync();
        Client = new XrpcClient(TestHttp.Create(new Uri(_app.Urls.First())));
    }

    public async ValueTask DisposeAsync()
    {
        Client.Http.Dispose();
        if (_app is not null)
        {
            await _app.DisposeAsync();
        }
    }

    private static void Map(IEndpointRouteBuilder xrpc)
    {
        xrpc.MapQuery("test.query", Query);
        xrpc.MapQuery("test.list", (Did[] dids, [MaxLength(2)] string[] tags) => new { dids, tags });
        xrpc.MapQuery("test.whoAmI", (Caller caller) => new { caller.Did, caller.Kind }).RequireAuthorization(Access.Account);
        xrpc.MapQuery("test.optional", (Caller? caller) => new { kind = caller?.Kind.ToString() ?? "nobody" })
            .RequireAuthorization(Access.OptionalAccount);
        xrpc.MapQuery("test.large", () => new { text = new string('x', 5000) });
        xrpc.MapQuery("test.refuse", Refuse);
        xrpc.MapQuery("test.fail", Fail);
        xrpc.MapQuery("test.failLate", FailLateAsync);
        xrpc.MapQuery("test.twoPolicies", () => "open").RequireAuthorization(Access.Account).RequireAuthorization(Access.Admin);
        xrpc.MapProcedure("test.input", (Input input) => input);
        xrpc.MapProcedure("test.noInput", () => Task.CompletedTask);
        xrpc.MapProcedure("test.blob", CountAsync).AcceptsBody("*/*").WithBodyLimit(1000);
        xrpc.MapProcedure("test.upload", CountAsync)
            .AcceptsBody("*/*").WithBodyLimit(10 << 20).RequireAuthorization(Access.Account);
        xrpc.MapSubscription("test.subscribe", () => Results.Ok());
    }

    private static Output Query(
        Did did, Handle? handle, [Range(1, 100)] int limit = 50, bool? reverse = null, string? cursor = null) =>
        new(did, handle, limit, reverse, cursor);

    private static string Refuse() => throw XrpcErrors.RepoNotFound(Did.Parse("did:web:example.com"));

    private static string Fail() => throw new InvalidOperationException("a secret of the inside");

    private static async Task FailLateAsync(HttpContext context)
    {
        await context.Response.WriteAsync("the first half");
        await context.Response.Body.FlushAsync();
        throw new NpgsqlException("gone", new TimeoutException());
    }

    private static async Task<object> CountAsync(Stream body, CancellationToken cancellationToken)
    {
        var copy = new MemoryStream();
        await body.CopyToAsync(copy, cancellationToken);
        return new { length = copy.Length };
    }

    internal sealed record Output(Did Did, Handle? Handle, int Limit, bool? Reverse, string? Cursor);

    internal sealed record Input(Did Repo, string Text, int? Count, JsonElement? Value, string[]? Tags);

    /// <summary>Reads <c>Authorization: Bearer kind|did</c>; a kind of <c>expired</c> is refused.</summary>
    private sealed class TestAuthentication : ICallerAuthentication
    {
        public ValueTask<Caller?> ReadAsync(HttpContext context, AccessRule rule)
        {
            var header = context.Request.Headers.Authorization.ToString();
            if (header.Length == 0)
            {
                return new((Caller?)null);
            }

            var parts = header["Bearer ".Length..].Split('|');
            return parts[0] == "expired"
                ? throw XrpcErrors.ExpiredToken()
                : new(new Caller(Enum.Parse<AccessKind>(parts[0]), Did.Parse(parts[1])));
        }
    }
}
