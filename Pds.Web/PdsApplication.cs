using System.Reflection;
using Pds.Modules.Auth;
using Pds.Modules.Identity;
using Pds.Modules.Moving;
using Pds.Modules.Proxy;
using Pds.Modules.Repo;
using Pds.ServiceDefaults;
using Pds.Web.Configuration;
using Pds.Web.Endpoints;
using Pds.Web.Operation;
using Pds.Web.Sandbox;
using Pds.Xrpc;

namespace Pds.Web;

/// <summary>Puts the server together.</summary>
public static class PdsApplication
{
    /// <summary>The modules and their schemas, in the order in which their tables are made and their handlers looked for.</summary>
    private static readonly (string Schema, Assembly Assembly)[] Modules =
    [
        ("auth", typeof(AuthModule).Assembly),
        ("identity", typeof(IdentityModule).Assembly),
        ("repo", typeof(RepoModule).Assembly),
        ("proxy", typeof(ProxyModule).Assembly),
        ("moving", typeof(MovingModule).Assembly),
    ];

    /// <summary>Everything but the start. Nothing is connected to yet.</summary>
    /// <param name="args">The command line; <c>--NAME=value</c> overrides the environment.</param>
    /// <param name="configure">For tests: settings and services of theirs, the last word.</param>
    public static WebApplication Create(string[] args, Action<WebApplicationBuilder>? configure = null)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions
        {
            Args = args,
            ApplicationName = typeof(PdsApplication).Assembly.GetName().Name,
            ContentRootPath = CodeGeneration.IsAsked(args) ? null : AppContext.BaseDirectory,
        });
        builder.AddLogDefaults();
        _ = CodeGeneration.IsAsked(args) ? builder.AddPlaceholders() : builder.AddDevelopmentSecrets();

        var operation = builder.AddOperation();
        builder.AddListener(operation.MetricsUrl);
        builder.AddNpgsqlDataSource("pdsdb", configureDataSourceBuilder: source => source.Prepare());
        builder.AddSharedReads();
        var redis = builder.Services.AddPdsOptions<RedisOptions>(builder.Configuration);
        builder.AddReferenceRedis(redis);
        builder.AddRedisClient("redis", configureOptions: options => redis.Configure(options));
        builder.Services.AddPdsOptions<ServiceOptions>(builder.Configuration);
        builder.Services.AddPdsOptions<RateLimitOptions>(builder.Configuration);
        builder.Services.AddPdsOptions<LoadOptions>(builder.Configuration);
        builder.Services.AddXrpc();
        builder.AddMessaging(Modules.Select(module => module.Assembly).ToArray());
        foreach (var (schema, assembly) in Modules)
        {
            builder.AddMigrations(schema, assembly);
        }

        builder.AddAuth().AddIdentity().AddRepo().AddProxy().AddMoving();
        builder.AddPages();
        builder.AddConsole();
        builder.AddReference();
        builder.AddSandbox();
        configure?.Invoke(builder);

        var app = builder.Build();
        app.WarnOfUnknownVariables();
        app.UseAnswerSecurity();
        app.UseMetrics();
        app.UseForwardedHeaders();
        app.UseXrpc();
        app.UsePages();
        app.UseAuth();
        app.MapAuth().MapIdentity().MapRepo().MapProxy();
        app.MapService();
        app.MapReference();
        app.MapDefaultEndpoints();
        app.MapPages();
        return app;
    }

    /// <summary>Settings that this server does not know, likely slips of the pen.</summary>
    public static IEnumerable<string> FindUnknownVariables(WebApplication app) => KnownVariables.Find(app);
}
