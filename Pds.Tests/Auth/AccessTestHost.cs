using System.Net;
using System.Text;
using AtProto;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Npgsql;
using Pds.Modules.Auth;
using Pds.Modules.Auth.Sessions;
using Pds.Tests.Support;
using Pds.Xrpc;
using StackExchange.Redis;

namespace Pds.Tests.Auth;

/// <summary>
/// A server with one method per kind of access, which tells who calls. It has no database behind it: what answers here
/// needs none.
/// </summary>
public sealed class AccessTestHost : IAsyncLifetime
{
    public static readonly Did Alice = Did.Parse("did:plc:z72i7hdynmk6r22z27h6tvur");

    private WebApplication? _app;

    public FakeTimeProvider Time { get; } = new(DateTimeOffset.FromUnixTimeSeconds(1795436321));

    public XrpcClient Client { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Configuration.AddInMemoryCollection(
        [
            new("PDS_JWT_SECRET", "secret"),
            new("PDS_DPOP_SECRET", "secret"),
            new("PDS_ADMIN_PASSWORD", "pass:wörd"),
            new("PDS_HOSTNAME", "pds.example.com"),
        ]);
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        builder.Services.AddXrpc();
        builder.Services.AddPdsOptions<ServiceOptions>(builder.Configuration);
        builder.Services.AddSingleton<TimeProvider>(Time);
        builder.Services.AddSingleton(NpgsqlDataSource.Create("Host=127.0.0.1;Port=1;Timeout=1"));
        builder.Services.AddSingleton<IConnectionMultiplexer>(
            _ => ConnectionMultiplexer.Connect("127.0.0.1:1,abortConnect=false,connectTimeout=100"));
        builder.AddAuth();

        // Those that would look into the database.
        builder.Services.RemoveAll<IHostedService>();

        _app = builder.Build();
        _app.UseXrpc();
        foreach (var policy in Access.Rules.Keys)
        {
            _app.MapQuery($"test.{policy}", WhoAmI).RequireAuthorization(policy);
        }

        _app.MapQuery("test.open", () => "open");
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

    internal IssuedSession Issue(AccessKind kind) => _app!.Services.GetRequiredService<TokenIssuer>().Issue(Alice, kind);

    public Task<XrpcReply> CallAsync(string method, string? authorization)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, $"/xrpc/test.{method}");
        if (authorization is not null)
        {
            request.Headers.TryAddWithoutValidation("Authorization", authorization);
        }

        return Client.SendAsync(request);
    }

    private static object WhoAmI(Caller? caller) =>
        new { kind = caller?.Kind.ToString() ?? "nobody", did = caller?.Did.ToString(), caller?.TokenId };

    public static string Basic(string credentials) => $"Basic {Convert.ToBase64String(Encoding.UTF8.GetBytes(credentials))}";
}
